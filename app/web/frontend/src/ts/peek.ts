/** The record of a row, a card or an entry beside its list: its eye and Space open it, arrows walk, Esc closes. */
import htmx from 'htmx.org';
import { all, find, isComposing, isMod, isPlainClick, isTyping, on, onContent } from './dom';
import { addressOf, current, isOwn, mark, nameOf } from './rows';

/** What a record is shown of: a row of a list, a card of a board, an entry of a calendar. */
const ITEM = '[data-list] :is(tbody tr, .board-card, .entry)[id]';

/** A narrow window has no room for both: the record lies over the whole list, as a page of its own would. */
const NARROW = '(max-width: 640px)';
/** After an edit the list is loaded anew; this row is shown again then. */
const AGAIN = 'peek-again';
let shownRow = '';
let eye: HTMLElement | null = null;

const panel = (): HTMLDialogElement | null => find<HTMLDialogElement>('#peek');
const isOpen = (): boolean => panel()?.open ?? false;
const rowShown = (): HTMLElement | null => (shownRow ? document.getElementById(shownRow) : null);

function show(dialog: HTMLDialogElement): void {
  if (dialog.open) return;
  if (!matchMedia(NARROW).matches) {
    dialog.show();
    return;
  }
  dialog.showModal();
  // Where the record lies over the list, Back closes it.
  history.pushState({ peek: true }, '');
}

async function open(row: HTMLElement): Promise<void> {
  const dialog = panel();
  const body = find('#peek-body');
  const wait = find<HTMLTemplateElement>('#peek-wait');
  const address = addressOf(row);
  if (!dialog || !body || !address) return;
  shownRow = row.id;
  mark(row);
  turn();
  if (!dialog.open && wait) body.replaceChildren(wait.content.cloneNode(true));
  show(dialog);
  document.documentElement.classList.add('has-peek');
  await htmx.ajax('GET', address, { source: body, target: body, swap: 'innerHTML' });
  if (shownRow !== row.id || !isOpen()) return;
  if (find('[aria-busy]', body)) close();
  else find('[data-peek-rest]', body)?.focus({ preventScroll: true });
}

/** Which row is shown, and whether there is one above and one below. */
function turn(): void {
  for (const one of all(`${ITEM}.is-peeked`)) one.classList.remove('is-peeked');
  const row = isOpen() || shownRow ? rowShown() : null;
  row?.classList.add('is-peeked');
  for (const button of all<HTMLButtonElement>('[data-peek-step]')) {
    button.disabled = beside(Number(button.dataset.peekStep)) === undefined;
  }
}

function beside(step: number): HTMLElement | undefined {
  const rows = all(ITEM);
  const at = rowShown();
  return at ? rows[rows.indexOf(at) + step] : undefined;
}

function walk(step: number): void {
  const next = beside(step);
  if (next) void open(next);
}

function close(): void {
  const dialog = panel();
  if (!dialog?.open) return;
  dialog.close();
  if (history.state?.peek) history.back();
}

/** However it was closed: the list has the focus again, at the row that was shown. */
function closed(): void {
  const row = rowShown();
  shownRow = '';
  find('#peek-body')?.replaceChildren();
  document.documentElement.classList.remove('has-peek');
  turn();
  if (row) nameOf(row)?.focus({ preventScroll: true });
}

/** The row that has the focus: its name, one of its cells, or where j and k came to. */
function focused(): HTMLElement | null {
  const active = document.activeElement;
  if (!active || active === document.body) return current();
  const isOfItem = active.matches(`${ITEM} :is(.who-name, .card-title, .entry-link), ${ITEM} td`);
  return isOfItem ? active.closest<HTMLElement>(ITEM) : null;
}

function press(event: KeyboardEvent): boolean {
  if (event.key === ' ') {
    const row = focused();
    if (row && isOpen() && row.id === shownRow) close();
    else if (row) void open(row);
    return row !== null;
  }
  if (!isOpen()) return false;
  if (event.key === 'Escape') close();
  else if (event.key === 'ArrowDown') walk(1);
  else if (event.key === 'ArrowUp') walk(-1);
  else return false;
  return true;
}

/** One eye for all rows: it stands in the one under the pointer. */
function look(row: HTMLElement): void {
  eye ??= find<HTMLTemplateElement>('#row-eye')?.content.firstElementChild?.cloneNode(true) as HTMLElement | null;
  const cell = row.matches('tr') ? find(':scope > .c-more', row) : row;
  if (!eye || !cell || eye.parentElement === cell) return;
  const told = (eye.dataset.rowLabel ?? '').replace('{name}', nameOf(row)?.textContent ?? '');
  eye.setAttribute('aria-label', told);
  eye.title = told;
  if (cell === row) cell.append(eye);
  else cell.prepend(eye);
}

/** What was written beside the list changes its row, and what is told here. */
function wrote(form: Element): void {
  const row = rowShown();
  if (!row || !form.closest('#peek')) return;
  document.dispatchEvent(new CustomEvent('records-changed'));
  void open(row);
}

function again(): void {
  const kept = sessionStorage.getItem(AGAIN);
  sessionStorage.removeItem(AGAIN);
  const row = kept?.startsWith(`${location.pathname}#`) ? document.getElementById(kept.split('#')[1] ?? '') : null;
  if (row) void open(row);
}

export function start(): void {
  on('mouseover', ITEM, (_event, row) => look(row));
  // While a record is shown, a click on another row shows that one; its name leads to its page.
  on('click', ITEM, (event, row) => {
    if (!isOpen() || !isPlainClick(event) || isOwn(event) || getSelection()?.toString()) return;
    if ((event.target as Element).closest('.c-check')) return;
    event.stopPropagation();
    void open(row);
  }, true);
  on('click', '[data-peek-row]', (event, button) => {
    event.preventDefault();
    event.stopPropagation();
    void open(button.closest<HTMLElement>(ITEM)!);
  });
  on('click', 'a[data-peek]', (event, item) => {
    const menu = item.closest<HTMLElement>('[popover]');
    const row = document.getElementById(menu?.dataset.row ?? '');
    if (!row || !isPlainClick(event)) return;
    event.preventDefault();
    if (menu?.matches(':popover-open')) menu.hidePopover();
    void open(row);
  });
  on('click', '[data-peek-step]', (_event, button) => walk(Number(button.dataset.peekStep)));
  on('click', '[data-peek-close]', close);
  on('click', '[data-peek-edit]', () => sessionStorage.setItem(AGAIN, `${location.pathname}#${shownRow}`));
  document.addEventListener('close', (event) => {
    if (event.target === panel()) closed();
    // A form that was shut without saving leads nowhere.
    else if (event.target instanceof Element && event.target.id === 'drawer') sessionStorage.removeItem(AGAIN);
  }, true);
  addEventListener('popstate', (event) => {
    if (!panel()?.matches(':modal')) return;
    event.stopImmediatePropagation();
    panel()?.close();
  }, true);
  htmx.on('htmx:after:request', (event) => {
    const { ctx } = event.detail;
    if (ctx.request.method === 'POST' && (ctx.response?.status ?? 500) < 300) wrote(ctx.sourceElement);
  });
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isComposing(event) || isMod(event) || event.altKey || event.shiftKey) return;
    if (isTyping() || find('dialog[open]:not(#peek), [popover]:popover-open:not(#toasts)')) return;
    if (press(event)) event.preventDefault();
  });
  onContent(turn);
  again();
}
