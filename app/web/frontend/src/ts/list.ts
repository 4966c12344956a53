/** Ticking rows of a list and the bar of what can be done with them. */
import htmx from 'htmx.org';
import { all, find, on, onContent } from './dom';

const boxes = (): HTMLInputElement[] => all<HTMLInputElement>('[data-list] tbody .c-check input');
let last: HTMLInputElement | undefined;

function show(): void {
  const bar = find('[data-bulkbar]');
  if (!bar) return;
  const ticked = boxes().filter((box) => box.checked).length;
  bar.hidden = ticked === 0;
  find('[data-bulk-n]', bar)!.textContent = String(ticked);
  const head = find<HTMLInputElement>('[data-check-all]');
  if (!head) return;
  head.checked = ticked > 0 && ticked === boxes().length;
  head.indeterminate = ticked > 0 && !head.checked;
}

/** With Shift, everything between the last box and this one becomes like this one. */
function range(event: MouseEvent, box: HTMLInputElement): void {
  const list = boxes();
  const from = last ? list.indexOf(last) : -1;
  const to = list.indexOf(box);
  if (event.shiftKey && from >= 0) {
    for (const between of list.slice(Math.min(from, to), Math.max(from, to) + 1)) between.checked = box.checked;
  }
  last = box;
  show();
}

/** Load the rows again as the address now says: filters, sort and page included. */
function reload(): void {
  const list = find('#list[data-list]');
  if (list) void htmx.ajax('GET', location.pathname + location.search, { source: list, target: list, swap: 'innerMorph' });
}

const asked = new WeakMap<Element, string>();

/** Numbers that take longer than the rows are counted once these stand; the title tells what is known. */
function count(): void {
  for (const number of all('[data-count]')) {
    const url = number.dataset.count ?? '';
    if (asked.get(number) === url) continue;
    asked.set(number, url);
    void htmx.ajax('GET', url, { source: number, target: number, swap: 'outerHTML' });
  }
  const told = find('#list-total');
  const known = find('#list [data-total]:not([data-count])');
  if (told && known) told.textContent = known.dataset.total ?? '';
}

export function start(): void {
  document.addEventListener('records-changed', reload);
  document.addEventListener('records-look', reload);
  on('click', '[data-list] tbody .c-check input', (event, box) => range(event, box as HTMLInputElement));
  on('change', '[data-list] tbody .c-check input', show);
  on('change', '[data-check-all]', (_event, head) => {
    for (const box of boxes()) box.checked = (head as HTMLInputElement).checked;
    show();
  });
  on('click', '[data-bulk-clear]', () => {
    for (const box of boxes()) box.checked = false;
    show();
  });
  onContent(show);
  onContent(count);
}
