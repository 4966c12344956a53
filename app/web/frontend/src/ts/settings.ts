/** The pages of the settings as a strip, where the window is too narrow for a column: begins at the page one is on. */
import { find } from './dom';

export function start(): void {
  const strip = find('.settings-nav');
  const here = find('.settings-nav [aria-current]');
  if (!strip || !here) return;
  const [outer, inner] = [strip.getBoundingClientRect(), here.getBoundingClientRect()];
  strip.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
}
