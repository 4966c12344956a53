/** Tables wider than their place say that more stands to the right: their edge fades until one is there. */
import { all, onContent } from './dom';

const WIDE = '.table-wrap, .table-scroll, .report-wrap';

function tell(box: Element): void {
  const left = box.scrollWidth - box.clientWidth - box.scrollLeft;
  box.toggleAttribute('data-more', left > 2);
}

export function start(): void {
  const sizes = new ResizeObserver((entries) => {
    for (const entry of entries) tell(entry.target.matches(WIDE) ? entry.target : entry.target.parentElement ?? entry.target);
  });
  onContent(() => {
    for (const box of all(WIDE)) for (const one of [box, ...box.children]) sizes.observe(one);
  });
  document.addEventListener('scroll', (event) => {
    if (event.target instanceof Element && event.target.matches(WIDE)) tell(event.target);
  }, { capture: true, passive: true });
}
