/** Rows of a list: a click anywhere opens the record, j and k walk, x ticks, Enter opens. */
import { all, find, isComposing, isMod, isPlainClick, isTyping, on } from './dom';

/** A double click edits the cell: only after this long is a click known to have been a single one. */
const DOUBLE_CLICK = 240;
export const ROW = '[data-list] tbody tr[id]';
const OWN = 'a, button, input, label, select, textarea, form, [popover]';
let waiting = 0;

/** Whether what was clicked in a row does something of its own. */
export function isOwn(event: Event): boolean {
  return event.target instanceof Element && event.target.closest(OWN) !== null;
}

/** The name of a row, of a card on a board or of an entry in a calendar. */
export function nameOf(row: Element): HTMLElement | null {
  return find('.who-name, .card-title, .entry-link', row);
}

/** Where a row leads: its name is the link. */
export function addressOf(row: Element): string {
  return nameOf(row)?.getAttribute('href') ?? '';
}

function open(event: MouseEvent, row: HTMLElement): void {
  const address = addressOf(row);
  if (!address || isOwn(event) || getSelection()?.toString()) return;
  const target = event.target as Element;
  const box = target.closest('.c-check')?.querySelector('input');
  if (box) {
    box.click();
    return;
  }
  if (isMod(event) || event.button === 1) {
    window.open(address, '_blank', 'noopener');
    return;
  }
  if (!isPlainClick(event)) return;
  clearTimeout(waiting);
  waiting = window.setTimeout(() => location.assign(address), target.closest('[data-edit]') ? DOUBLE_CLICK : 0);
}

/** The row where j and k came to. */
export function current(): HTMLElement | null {
  return find('[data-list] .is-at');
}

/** The row that keys are meant for: of the focus, of j and k, under the pointer, or the first ticked. */
export function atHand(): HTMLElement | null {
  const focused = document.activeElement?.closest<HTMLElement>(ROW);
  return focused ?? current() ?? find(`${ROW}:hover`) ?? find(`${ROW}:has(.c-check input:checked)`);
}

function walk(step: number): void {
  const rows = all(ROW);
  const at = current();
  const next = rows[at ? rows.indexOf(at) + step : 0];
  if (!next) return;
  mark(next);
  find('.who-name', next)?.focus({ preventScroll: true });
}

/** Let j and k go on from this row. */
export function mark(row: HTMLElement): void {
  current()?.classList.remove('is-at');
  row.classList.add('is-at');
  row.scrollIntoView({ block: 'nearest' });
}

function press(key: string): boolean {
  if (key === 'j') walk(1);
  else if (key === 'k') walk(-1);
  else if (key === 'x') find('.c-check input', current() ?? document.createElement('tr'))?.click();
  else return false;
  return true;
}

/** The one menu that all rows share says and does what is right for this row. */
function turnTo(row: HTMLElement, menu: HTMLElement): void {
  const address = addressOf(row);
  const path = address.split('?')[0];
  const name = find('.who-name', row)?.textContent ?? '';
  const may = (row.dataset.may ?? '').split(' ');
  // The rail lists what is kept at hand, and is read anew by each star that is turned.
  const star = find(`#favourites a[href="${path}"]`) ? 'on' : 'off';
  const told = find('[role=menu]', menu)!;
  told.setAttribute('aria-label', (told.dataset.rowLabel ?? '').replace('{name}', name));
  for (const item of all('[role=menuitem], hr', menu)) {
    const { rowTo, rowReach, rowNeeds, rowConfirm, rowStar } = item.dataset;
    const reached = rowReach ? row.dataset[rowReach] : undefined;
    item.hidden = (rowNeeds !== undefined && !may.includes(rowNeeds)) || (rowReach !== undefined && !reached)
      || (rowStar !== undefined && rowStar !== star);
    const to = reached ? `${rowTo ?? ''}${reached}` : rowTo ? `${path}${rowTo}` : address;
    item.setAttribute(item instanceof HTMLButtonElement ? 'formaction' : 'href', to);
    if (rowConfirm) item.dataset.confirm = rowConfirm.replace('{name}', name);
  }
}

export function start(): void {
  on('click', '[popovertarget="row-menu"]', (_event, button) => {
    const menu = find('#row-menu');
    const row = button.closest<HTMLElement>('tr');
    if (!menu || !row) return;
    if (menu.dataset.row !== row.id && menu.matches(':popover-open')) menu.hidePopover();
    menu.dataset.row = row.id;
    turnTo(row, menu);
  }, true);
  on('click', ROW, open);
  on('auxclick', ROW, (event, row) => {
    if (event.button === 1) open(event, row);
  });
  on('dblclick', ROW, () => clearTimeout(waiting));
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isComposing(event) || isMod(event) || event.altKey) return;
    if (!find('[data-list]') || isTyping() || find('dialog[open]:not(#peek), [popover]:popover-open:not(#toasts)')) return;
    if (press(event.key)) event.preventDefault();
  });
}
