/** The pages of the settings, as a column or, where the window is too narrow for one, as a strip: shows the page one is on. */
import { find } from './dom';

export function start(): void {
  const strip = find('.settings-nav');
  const here = find('.settings-nav [aria-current]');
  if (!strip || !here) return;
  const [outer, inner] = [strip.getBoundingClientRect(), here.getBoundingClientRect()];
  strip.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
  if (inner.bottom > outer.bottom) strip.scrollTop += inner.top + inner.height / 2 - (outer.top + outer.height / 2);
}
