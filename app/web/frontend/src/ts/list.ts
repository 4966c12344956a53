/** Ticking rows of a list and the bar of what can be done with them. */
import htmx, { type HtmxRequestCtx } from 'htmx.org';
import { all, find, on, onContent } from './dom';
import { openDrawer } from './drawer';

const boxes = (): HTMLInputElement[] => all<HTMLInputElement>('[data-list] tbody .c-check input');
let last: HTMLInputElement | undefined;

/** How many rows the list has in all, as it is written below the table; empty while it is counted. */
const total = (): string => find('#list .pager [data-total]:not([data-count])')?.textContent.trim() ?? '';
const hasMore = (): boolean => find('#list .pager a[rel=next], #list .pager a[rel=prev]') !== null;

/** Every row of the page is ticked and there are more: offer all of them; once taken, say so. */
function offerEvery(bar: HTMLElement, ticked: number): void {
  const button = find('[data-bulk-every]', bar);
  const every = find<HTMLInputElement>('[data-bulk-all]', bar);
  if (!button || !every) return;
  const isWhole = ticked > 0 && ticked === boxes().length && hasMore() && total() !== '';
  if (!isWhole) every.value = '';
  button.hidden = !isWhole || every.value === '1';
  button.textContent = (button.dataset.bulkEvery ?? '').replace('{n}', total());
  find('[data-bulk-n]', bar)!.textContent = every.value === '1' ? total() : String(ticked);
}

function show(): void {
  const bar = find('[data-bulkbar]');
  if (!bar) return;
  const ticked = boxes().filter((box) => box.checked).length;
  bar.hidden = ticked === 0;
  offerEvery(bar, ticked);
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

function clear(): void {
  for (const box of boxes()) box.checked = false;
  show();
}

/** The question of a bulk change opens in the drawer, with the ticked rows or the whole list. */
function ask(event: SubmitEvent, form: HTMLFormElement): void {
  event.preventDefault();
  const values: Record<string, string> = {};
  for (const [name, value] of new FormData(form, event.submitter)) {
    if (typeof value === 'string') values[name] = values[name] && name === 'id' ? `${values[name]},${value}` : value;
  }
  void openDrawer(event.submitter?.getAttribute('formaction') ?? form.action, values);
}

/* Rows on their way may be older than the change that asks for them again, and bring an address that is not the page's yet. */
let underWay = 0;
let isDue = false;

/** Load the rows again as the address now says, filters, sort and page included; what is on its way comes first. */
function reload(): void {
  const list = find('#list[data-list]');
  isDue = underWay > 0;
  if (list && !isDue) void htmx.ajax('GET', location.pathname + location.search, { source: list, target: list, swap: 'innerMorph' });
}

/** Follow the requests that bring rows: each takes the place of the one before, which `data-hx-sync` ends. */
function follow(): void {
  const bringsRows = (ctx: HtmxRequestCtx): boolean => ctx.request.method === 'GET' && ctx.target?.id === 'list';
  htmx.on('htmx:before:request', (event) => {
    if (bringsRows(event.detail.ctx)) underWay += 1;
  });
  htmx.on('htmx:finally:request', (event) => {
    if (!bringsRows(event.detail.ctx)) return;
    underWay -= 1;
    if (isDue && underWay === 0) reload();
  });
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
  follow();
  document.addEventListener('records-changed', reload);
  document.addEventListener('records-look', reload);
  on('click', '[data-list] tbody .c-check input', (event, box) => range(event, box as HTMLInputElement));
  on('change', '[data-list] tbody .c-check input', show);
  on('change', '[data-check-all]', (_event, head) => {
    for (const box of boxes()) box.checked = (head as HTMLInputElement).checked;
    show();
  });
  on('click', '[data-bulk-clear]', clear);
  on('click', '[data-bulk-every]', () => {
    find<HTMLInputElement>('[data-bulk-all]')!.value = '1';
    show();
    find('[data-bulkbar] [type=submit]')?.focus();
  });
  on('submit', '[data-bulkbar]', (event, form) => ask(event as SubmitEvent, form as HTMLFormElement));
  document.addEventListener('bulk-done', clear);
  onContent(show);
  onContent(count);
}
