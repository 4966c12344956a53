/** Editing a field where it stands: a cell of a list or a detail of a record, marked with `data-edit`. */
import htmx, { type HtmxRequestCtx } from 'htmx.org';
import { all, find, isComposing, isMod, isTyping, on, onContent } from './dom';
import { atHand } from './rows';

const shown = new WeakMap<Element, Node[]>();
const loaded = new WeakMap<Element, string>();
/** Cells whose form is on its way: asked for twice, a second one would take the place of what is typed into the first. */
const opening = new WeakSet<Element>();

const formIn = (cell: Element): HTMLFormElement | null => find<HTMLFormElement>('.edit-form', cell);

function content(form: HTMLFormElement): string {
  return new URLSearchParams(new FormData(form) as unknown as Record<string, string>).toString();
}

/** Where the form of a cell is: a cell of a list names its field alone, as the row knows its record. */
function addressOf(cell: HTMLElement): string {
  const named = cell.dataset.edit ?? '';
  const path = cell.closest('tr') && find('.who-name', cell.closest('tr')!)?.getAttribute('href')?.split('?')[0];
  return path && !named.startsWith('/') ? `${path}/fields/${named}` : named;
}

/** Whether somebody has gone on to something outside this cell. */
function isLeft(cell: HTMLElement): boolean {
  const active = document.activeElement;
  return active !== null && active !== document.body && !cell.contains(active);
}

/** Load the form of this cell and put the cursor into it, unless the reader is elsewhere by then. */
async function open(cell: HTMLElement): Promise<void> {
  if (formIn(cell) || !cell.dataset.edit || opening.has(cell)) return;
  const before = [...cell.childNodes];
  // The form lies over a list's cell: the cell keeps the width its words gave it.
  if (cell.matches('td')) cell.style.minWidth = `${cell.offsetWidth}px`;
  opening.add(cell);
  const origin = document.activeElement;
  const settle = (event: CustomEvent<{ ctx: HtmxRequestCtx }>): void => {
    const { ctx } = event.detail;
    if (ctx.sourceElement === cell && isLeft(cell) && document.activeElement !== origin) ctx.swap = 'none';
  };
  document.addEventListener('htmx:after:request', settle);
  try {
    await htmx.ajax('GET', addressOf(cell), { source: cell, target: cell, swap: 'innerHTML' });
  } finally {
    document.removeEventListener('htmx:after:request', settle);
    opening.delete(cell);
  }
  const form = formIn(cell);
  if (!form) {
    cell.style.minWidth = '';
    return;
  }
  shown.set(cell, before);
  loaded.set(cell, content(form));
  focusControl(form);
}

function focusControl(form: HTMLFormElement): void {
  const control = find<HTMLInputElement>(':is(input, select, textarea):not([type=hidden], [hidden])', form);
  control?.focus();
  if (control instanceof HTMLInputElement && control.type !== 'checkbox') control.select();
}

function cancel(cell: HTMLElement): void {
  const before = shown.get(cell);
  if (!before) return;
  cell.style.minWidth = '';
  cell.replaceChildren(...before);
  htmx.process(cell);
}

/** Send the form; resolves to whether it was taken. */
function save(cell: HTMLElement): Promise<boolean> {
  const form = formIn(cell);
  if (!form) return Promise.resolve(true);
  if (content(form) === loaded.get(cell)) {
    cancel(cell);
    return Promise.resolve(true);
  }
  form.requestSubmit();
  return new Promise((resolve) => {
    const settled = (event: CustomEvent<{ ctx: { sourceElement: Element } }>) => {
      if (event.detail.ctx.sourceElement !== form && !cell.contains(event.detail.ctx.sourceElement)) return;
      document.removeEventListener('htmx:finally:request', settled);
      resolve(formIn(cell) === null);
    };
    document.addEventListener('htmx:finally:request', settled);
  });
}

/** Where the focus rests when a cell shows its value again. */
function rest(cell: HTMLElement): void {
  (find('[data-edit-open]', cell) ?? cell).focus();
}

/** The cells that can be seen: narrow windows leave columns out, and details may be folded. */
function cellsIn(scope: ParentNode): HTMLElement[] {
  return all('[data-edit]', scope).filter((cell) => cell.checkVisibility());
}

async function moveOn(cell: HTMLElement, step: number): Promise<void> {
  const cells = cellsIn(cell.closest('tr, .props, [data-list]') ?? document.body);
  const next = cells[cells.indexOf(cell) + step];
  if (!(await save(cell)) || isLeft(cell)) return;
  if (next) await open(next);
  else rest(cell);
}

/** The cell of the same column in the row below (or above), where its row has as many cells. */
function beyond(cell: HTMLElement, step: number): HTMLElement | undefined {
  const row = cell.closest('tr');
  const other = step > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  return row && other ? cellsIn(other)[cellsIn(row).indexOf(cell)] : undefined;
}

/** A field of one line has no use for the arrows up and down: they save it and go on in that row. */
async function moveDown(cell: HTMLElement, step: number): Promise<void> {
  const next = beyond(cell, step);
  if (!next || !(await save(cell))) return;
  await open(next);
}

const ONE_LINE = 'input:is([type=text], [type=email], [type=tel], [type=url], :not([type])):not([role=combobox])';

/** An amount and its currency, or a date and its time, are one value of several controls: Tab leads from one to the next. */
function hasPartBeside(control: Element, isBack: boolean): boolean {
  const parts = all(':is(input, select)', control.closest('.amount-input, [data-moment]') ?? document.createElement('i'));
  return parts.includes(control as HTMLElement) && control !== (isBack ? parts[0] : parts.at(-1));
}

function typed(event: KeyboardEvent, cell: HTMLElement): void {
  if (!formIn(cell) || isComposing(event) || event.defaultPrevented) return;
  if (event.key === 'Escape') {
    event.preventDefault();
    event.stopPropagation();
    cancel(cell);
    rest(cell);
  } else if (event.key === 'Tab') {
    const toButtons = event.target instanceof HTMLTextAreaElement || (event.target as Element).closest('.edit-acts');
    if (toButtons && !event.shiftKey) return;
    if (hasPartBeside(event.target as Element, event.shiftKey)) return;
    event.preventDefault();
    void moveOn(cell, event.shiftKey ? -1 : 1);
  } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && cell.matches('td')) {
    if (!(event.target as Element).matches(ONE_LINE) || isMod(event) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void moveDown(cell, event.key === 'ArrowDown' ? 1 : -1);
  }
}

/** F2 without a cell that has the focus: the row at hand is edited, beginning with its first cell. */
function editRow(event: KeyboardEvent): void {
  if (event.key !== 'F2' || event.defaultPrevented || isComposing(event) || isMod(event)) return;
  if (isTyping() || find('dialog[open]:not(#peek), [popover]:popover-open:not(#toasts)')) return;
  const row = atHand();
  const cell = document.activeElement?.closest<HTMLElement>('td[data-edit]') ?? (row && cellsIn(row)[0]);
  if (!cell) return;
  event.preventDefault();
  void open(cell);
}

/** Arrows on a cell of a list that is not being edited; F2 and Enter edit it. */
function walked(event: KeyboardEvent, cell: HTMLElement): void {
  if (event.target !== cell || isComposing(event)) return;
  const row = cell.closest('tr');
  if (event.key === 'F2' || event.key === 'Enter') {
    event.preventDefault();
    void open(cell);
    return;
  }
  const beside = cellsIn(row ?? document);
  const at = beside.indexOf(cell);
  let next: HTMLElement | undefined | null;
  if (event.key === 'ArrowRight') next = beside[at + 1];
  else if (event.key === 'ArrowLeft') next = beside[at - 1];
  else if (event.key === 'ArrowDown') next = beyond(cell, 1);
  else if (event.key === 'ArrowUp') next = beyond(cell, -1);
  if (!next) return;
  event.preventDefault();
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function left(event: FocusEvent, cell: HTMLElement): void {
  const to = event.relatedTarget;
  if (to instanceof Node && cell.contains(to)) return;
  setTimeout(() => {
    const form = formIn(cell);
    // A request under way and a window that lost the focus are no reason to leave the cell.
    if (!form || form.matches('.htmx-request') || !document.hasFocus() || cell.contains(document.activeElement)) return;
    if (!find('dialog[open]:not(#drawer)')) void save(cell);
  }, 120);
}

/** One cell of a list can be reached with Tab; arrows lead to the others. */
function reachable(): void {
  for (const list of all('[data-list]')) {
    const cells = cellsIn(list);
    for (const cell of cells) cell.tabIndex = cell.tabIndex >= 0 && cell.hasAttribute('tabindex') ? 0 : -1;
    if (cells[0] && !cells.some((cell) => cell.tabIndex === 0)) cells[0].tabIndex = 0;
  }
}

export function start(): void {
  on('dblclick', '[data-edit]', (event, cell) => {
    if (event.target instanceof Element && event.target.closest('.edit-form, a, button')) return;
    getSelection()?.removeAllRanges();
    void open(cell);
  });
  on('click', '[data-edit-open]', (_event, button) => void open(button.closest<HTMLElement>('[data-edit]')!));
  on('click', '[data-edit-cancel]', (_event, button) => {
    const cell = button.closest<HTMLElement>('[data-edit]')!;
    cancel(cell);
    rest(cell);
  });
  on('keydown', '[data-edit]', typed);
  on('keydown', 'td[data-edit]', walked);
  document.addEventListener('keydown', editRow);
  on('focusout', '[data-edit]', left);
  on('change', '.edit-form select:not([data-part])', (_event, control) => void save(control.closest<HTMLElement>('[data-edit]')!));
  htmx.on('htmx:after:swap', (event) => {
    const { ctx } = event.detail;
    const cell = ctx.target instanceof HTMLElement && ctx.target.matches('[data-edit]') ? ctx.target : null;
    if (!cell || formIn(cell) || ctx.request.method === 'GET') return;
    cell.style.minWidth = '';
    const hadFocus = document.activeElement === document.body;
    cell.classList.add('is-saved');
    setTimeout(() => cell.classList.remove('is-saved'), 1300);
    if (hadFocus) rest(cell);
  });
  onContent(reachable);
}
