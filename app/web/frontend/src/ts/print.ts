/** Prints the page: `data-print`. */
import { on } from './dom';

export function start(): void {
  on('click', '[data-print]', () => window.print());
}
