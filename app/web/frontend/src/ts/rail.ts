/** The navigation as a drawer, where the window is too narrow for a rail. */
import { find, on } from './dom';

function show(open: boolean): void {
  document.body.classList.toggle('rail-open', open);
  const button = find('[data-rail-open]');
  button?.setAttribute('aria-expanded', String(open));
  if (open) find<HTMLAnchorElement>('.rail a')?.focus();
  else button?.focus();
}

export function start(): void {
  on('click', '[data-rail-open]', () => show(true));
  on('click', '[data-rail-close]', () => show(false));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && document.body.classList.contains('rail-open')) show(false);
  });
}
