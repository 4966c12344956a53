/**
 * The lines of a paper, or the instalments of a contract, as a sheet: Enter and arrows walk the cells, Alt with an arrow moves a line, rows are pasted from a
 * sheet, and what they come to is reckoned by the server while one types, by the same rule that keeps them.
 */
import { all, find, isComposing, on } from './dom';
import { begin } from './lookup';

interface Told { net: string; cells: Record<string, string>; errors: Record<string, string>; product?: string; listed?: string }
interface Answer { rows: Told[]; sums: string }

const PAUSE = 120;
const PASTED = ['name', 'quantity', 'unit', 'unit_price', 'discount', 'tax_rate'];
const FOUND = ['name', 'unit', 'unit_price', 'discount', 'tax_rate'];
const SAYING = ['name', 'unit_price', 'amount', 'due_on', 'days', 'milestone'];
const OF_PRICE = ['unit_price', 'discount'];
let made = 0;
let timer = 0;
let turn = 0;
let isPasted = false;

const formOf = (): HTMLFormElement | null => find<HTMLFormElement>('form[data-lines]');
const rowsOf = (form: Element): HTMLElement[] => all('tbody [data-row]', form);
const cellOf = (row: Element, key: string): HTMLInputElement | null => find<HTMLInputElement>(`input[data-cell="${key}"]`, row);
const productOf = (row: Element): HTMLSelectElement | null => find<HTMLSelectElement>('select[name="line.product_id"]', row);
/** Where one types: the box of a lookup stands for its select. */
const boxes = (row: Element): HTMLInputElement[] => all<HTMLInputElement>('input:not([type=hidden])', row);

function isEmpty(row: Element): boolean {
  return !productOf(row)?.value && SAYING.every((key) => !cellOf(row, key)?.value.trim());
}

function add(form: Element): HTMLElement | null {
  const template = find<HTMLTemplateElement>('[data-line-template]', form);
  const body = find('tbody[data-order]', form);
  if (!template || !body) return null;
  made += 1;
  const holder = document.createElement('template');
  holder.innerHTML = template.innerHTML.replaceAll('__n__', String(rowsOf(form).length + 1 + made));
  const row = find('[data-row]', holder.content);
  if (!row) return null;
  body.append(row);
  begin(); // The box of its product searches.
  return row;
}

/** There is always an empty row behind the last one. */
function keepSpare(form: Element): void {
  const last = rowsOf(form).at(-1);
  if (!last || !isEmpty(last)) add(form);
}

/** A value that was found, and not typed: another product or quantity may find another one. */
function put(row: HTMLElement, key: string, value: string): void {
  const cell = cellOf(row, key);
  if (!cell || document.activeElement === cell) return;
  if (cell.value.trim() && cell.value !== cell.dataset.found) return; // Typed since it was asked for.
  cell.value = value;
  cell.dataset.found = value;
}

/** What was found for a product before goes, so that it is found anew. */
function forget(row: HTMLElement, keys: string[]): void {
  for (const key of keys) {
    const cell = cellOf(row, key);
    if (cell && cell.dataset.found !== undefined && cell.value === cell.dataset.found) cell.value = '';
  }
}

/** Another product has words, prices and taxes of its own, also where those of the one before were kept with the row. */
function exchange(row: HTMLElement, product: string): void {
  const before = row.dataset.product;
  if (!product || !before || product === before) forget(row, FOUND);
  else {
    for (const key of FOUND) {
      const cell = cellOf(row, key);
      if (cell) cell.value = '';
    }
  }
  if (product) row.dataset.product = product;
}

function tell(row: HTMLElement, errors: Record<string, string>): void {
  for (const field of all<HTMLElement>('[data-cell]', row)) {
    const key = field.dataset.cell ?? '';
    const text = errors[key] ?? '';
    const place = find('.error', field.closest('[data-part], td') ?? row);
    const box = field.hidden ? find<HTMLElement>('.lookup input', field.closest('td') ?? row) : field;
    if (place) {
      place.textContent = text;
      place.hidden = !text;
    }
    if (text) box?.setAttribute('aria-invalid', 'true');
    else box?.removeAttribute('aria-invalid');
    if (text && place) box?.setAttribute('aria-describedby', place.id);
    else if (box?.getAttribute('aria-describedby') === place?.id) box?.removeAttribute('aria-describedby');
  }
}

/** A number that was typed as text is a product; not while one types, as the number of another may begin like it. */
function meet(row: HTMLElement, told: Told): void {
  const select = productOf(row);
  const text = cellOf(row, 'name');
  const id = told.cells.product_id;
  if (!select || !text || !id || select.value || (document.activeElement === text && !isPasted)) return;
  select.replaceChildren(new Option('', ''), new Option(told.product ?? '', id, true, true));
  const box = find<HTMLInputElement>('.lookup input', row);
  if (box) box.value = told.product ?? '';
  row.dataset.product = id;
  text.value = told.cells.name ?? text.value;
  text.dataset.found = text.value;
}

function show(rows: HTMLElement[], answer: Answer, form: Element): void {
  answer.rows.forEach((told, at) => {
    const row = rows[at];
    if (!row?.isConnected) return;
    const net = find('[data-net]', row);
    if (net) net.textContent = told.net;
    meet(row, told);
    for (const [key, value] of Object.entries(told.cells)) {
      if (FOUND.includes(key)) put(row, key, value);
    }
    tell(row, told.errors);
  });
  const sums = find('#lines-sums', form);
  if (sums) sums.innerHTML = answer.sums;
}

async function reckon(form: HTMLFormElement): Promise<void> {
  const mine = ++turn;
  const rows = rowsOf(form);
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value);
  const response = await fetch(form.dataset.lines ?? '', { method: 'POST', body, headers: { Accept: 'application/json' } });
  if (!response.ok || mine !== turn) return;
  show(rows, await response.json() as Answer, form);
  isPasted = false;
}

function soon(form: HTMLFormElement, pause = PAUSE): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void reckon(form), pause);
}

/** The box of another row in the same column: the one that is shown, where that row is due by a milestone and this one on a day. */
function opposite(row: Element, box: HTMLInputElement, to: Element): HTMLInputElement | undefined {
  const same = boxes(to)[boxes(row).indexOf(box)];
  if (!same || same.checkVisibility()) return same;
  return all<HTMLInputElement>('input', same.closest('td') ?? to).find((one) => one.checkVisibility());
}

function walk(event: KeyboardEvent, box: HTMLInputElement, form: HTMLFormElement): void {
  const row = box.closest<HTMLElement>('[data-row]');
  if (!row || isComposing(event)) return;
  const isOpen = box.getAttribute('aria-expanded') === 'true';
  const chosen = productOf(row)?.selectedOptions[0]?.text.trim() ?? '';
  const isSought = box.closest('.lookup') !== null && box.value.trim() !== chosen;
  const rows = rowsOf(form);
  const at = rows.indexOf(row);
  const go = (to: HTMLElement | undefined | null): void => {
    const next = to && opposite(row, box, to);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select();
  };
  if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    const beside = rows[at + (event.key === 'ArrowUp' ? -1 : 1)];
    event.preventDefault();
    if (!beside) return;
    if (event.key === 'ArrowUp') beside.before(row);
    else beside.after(row);
    box.focus();
    box.dispatchEvent(new Event('input', { bubbles: true }));
  } else if (isOpen) {
    return; // The list of the lookup has these keys.
  } else if (isSought) {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) event.preventDefault(); // What was typed is still looked up.
  } else if (event.key === 'ArrowUp') go(rows[at - 1]);
  else if (event.key === 'ArrowDown') go(rows[at + 1]);
  else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    go(rows[at + 1] ?? add(form));
  }
}

/** Rows of a sheet go into the cells from here on, downwards and to the right. */
function paste(event: ClipboardEvent, box: HTMLInputElement, form: HTMLFormElement): void {
  const text = event.clipboardData?.getData('text/plain') ?? '';
  const table = text.replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n').map((one) => one.split('\t'));
  if (table.length < 2 && (table[0]?.length ?? 0) < 2) return;
  event.preventDefault();
  const key = box.dataset.cell ?? 'name';
  const columns = form.dataset.pasted?.split(' ') ?? PASTED;
  const first = Math.max(columns.indexOf(key), 0);
  let row: HTMLElement | null | undefined = box.closest<HTMLElement>('[data-row]');
  for (const values of table) {
    if (!row) row = add(form);
    if (!row) return;
    values.forEach((value, at) => {
      const cell = row ? cellOf(row, columns[first + at] ?? '') : null;
      if (cell) {
        cell.value = value.trim();
        delete cell.dataset.found;
      }
    });
    row = row.nextElementSibling as HTMLElement | null;
  }
  keepSpare(form);
  box.dispatchEvent(new Event('input', { bubbles: true }));
  isPasted = true;
  soon(form, 0);
}

export function start(): void {
  const form = formOf();
  if (!form || form.dataset.begun) return;
  form.dataset.begun = '';
  keepSpare(form);
  on('input', 'form[data-lines] input', (event) => {
    const row = (event.target as Element).closest<HTMLElement>('[data-row]');
    const key = (event.target as HTMLElement).dataset.cell;
    if (row && key) delete (event.target as HTMLElement).dataset.found;
    if (row && key === 'quantity') forget(row, OF_PRICE);
    if (row && key === 'name' && !productOf(row)?.value) forget(row, FOUND);
    keepSpare(form);
    soon(form);
  });
  on('change', 'form[data-lines] select[data-cell]', (_event, select) => {
    const row = select.closest<HTMLElement>('[data-row]');
    if (row && productOf(row)) exchange(row, (select as HTMLSelectElement).value);
    keepSpare(form);
    soon(form, 0);
  });
  on('change', 'form[data-lines] input[data-cell=name]', () => soon(form, 0));
  on('keydown', 'form[data-lines] [data-row] input', (event, box) => walk(event, box as HTMLInputElement, form), true);
  on('paste', 'form[data-lines] [data-row] input', (event, box) => paste(event as ClipboardEvent, box as HTMLInputElement, form));
  on('click', '[data-line-add]', () => {
    const row = rowsOf(form).at(-1);
    const free = row && isEmpty(row) ? row : add(form);
    if (free) boxes(free)[0]?.focus();
  });
  on('click', '[data-line-remove]', (_event, button) => {
    const row = button.closest<HTMLElement>('[data-row]');
    const beside = row?.nextElementSibling ?? row?.previousElementSibling;
    row?.remove();
    keepSpare(form);
    const next = beside?.isConnected ? boxes(beside)[0] : boxes(rowsOf(form)[0] ?? form)[0];
    next?.focus();
    form.dispatchEvent(new Event('input', { bubbles: true }));
    soon(form, 0);
  });
}
