/** Long pages on a phone: parts that may be folded are, but for the one that the address names and those with a fault. */
import { all } from './dom';

const NARROW = '(max-width: 640px)';

export function start(): void {
  if (!matchMedia(NARROW).matches) return;
  for (const part of all<HTMLDetailsElement>('details[data-folds]')) {
    part.open = part.id === location.hash.slice(1) || part.querySelector('[aria-invalid], [role="alert"]') !== null;
  }
}
