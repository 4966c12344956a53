/**
 * Rows that people put in order, add and remove: `data-order` names a list, `data-row` its rows. A row is moved by dragging
 * its grip or by its buttons; lists of one name take each other's rows. The order is that of the inputs in the form.
 */
import htmx from 'htmx.org';
import { all, find, on, word } from './dom';

const EDGE = 60; // Pixels from the window's edge within which dragging scrolls.
let added = 0;

const listOf = (row: Element): HTMLElement | null => row.closest<HTMLElement>('[data-order]');
const rowsOf = (list: Element): HTMLElement[] => all('[data-row]', list).filter((row) => listOf(row) === list);
const relatives = (list: HTMLElement): HTMLElement[] =>
  all('[data-order]', list.closest('form') ?? document).filter((one) => one.dataset.order === list.dataset.order);

/** Say where a row stands now, to whoever can't see it move. */
function tell(row: HTMLElement): void {
  const list = listOf(row);
  if (!list) return;
  let voice = find('#order-voice');
  if (!voice) {
    voice = document.createElement('div');
    voice.id = 'order-voice';
    voice.className = 'visually-hidden';
    voice.setAttribute('role', 'status');
    document.body.append(voice);
  }
  const rows = rowsOf(list);
  const section = list.dataset.name ? `${list.dataset.name}: ` : '';
  voice.textContent = section + word('moved').replace('{name}', row.dataset.name ?? '')
    .replace('{n}', String(rows.indexOf(row) + 1)).replace('{all}', String(rows.length));
}

/** A moved row counts as typed: forms guard it, and a list that keeps its order at once is sent. */
function changed(row: HTMLElement): void {
  const form = row.closest('form');
  row.dispatchEvent(new Event('input', { bubbles: true }));
  tell(row);
  if (form && listOf(row)?.hasAttribute('data-order-send')) form.requestSubmit();
}

/** Move a row a place up or down, at the end of its list into the next one. */
function step(row: HTMLElement, up: boolean): boolean {
  const list = listOf(row);
  if (!list) return false;
  const rows = rowsOf(list);
  const beside = rows[rows.indexOf(row) + (up ? -1 : 1)];
  if (beside) {
    if (up) beside.before(row);
    else beside.after(row);
    return true;
  }
  const lists = relatives(list);
  const next = lists[lists.indexOf(list) + (up ? -1 : 1)];
  if (!next) return false;
  if (up) next.append(row);
  else next.prepend(row);
  return true;
}

/** Put the dragged row where the pointer is. */
function follow(row: HTMLElement, home: HTMLElement, x: number, y: number): void {
  if (y < EDGE) scrollBy(0, -12);
  else if (y > innerHeight - EDGE) scrollBy(0, 12);
  const below = document.elementFromPoint(x, y);
  const list = below?.closest<HTMLElement>('[data-order]');
  if (!list || list.dataset.order !== home.dataset.order) return;
  const over = below?.closest<HTMLElement>('[data-row]');
  if (!over || listOf(over) !== list) {
    if (!rowsOf(list).length) list.append(row);
  } else if (over !== row) {
    const box = over.getBoundingClientRect();
    const own = row.getBoundingClientRect();
    // In a grid, what stands in the same line is passed sideways.
    const isBeside = list.hasAttribute('data-order-grid') && own.top < box.bottom && box.top < own.bottom;
    if (isBeside ? x < box.left + box.width / 2 : y < box.top + box.height / 2) over.before(row);
    else over.after(row);
  }
}

function drag(event: PointerEvent, grip: HTMLElement): void {
  const row = grip.closest<HTMLElement>('[data-row]');
  const home = row && listOf(row);
  if (!row || !home || event.button !== 0) return;
  event.preventDefault();
  const before = row.nextSibling;
  row.classList.add('is-dragged');
  const moving = new AbortController();
  const end = (kept: boolean): void => {
    moving.abort();
    row.classList.remove('is-dragged');
    const isMoved = listOf(row) !== home || row.nextSibling !== before;
    if (!kept) home.insertBefore(row, before);
    else if (isMoved) changed(row);
  };
  const { signal } = moving;
  document.addEventListener('pointermove', (move) => follow(row, home, move.clientX, move.clientY), { signal });
  document.addEventListener('pointerup', () => end(true), { signal });
  document.addEventListener('pointercancel', () => end(false), { signal });
  document.addEventListener('keydown', (key) => {
    if (key.key !== 'Escape') return;
    key.stopPropagation();
    end(false);
  }, { signal, capture: true });
}

/** Copy an empty row from its template, under a number that no other row has. */
function add(button: HTMLElement): void {
  const template = document.getElementById(button.dataset.add ?? '');
  const list = document.getElementById(button.dataset.addTo ?? '');
  if (!(template instanceof HTMLTemplateElement) || !list) return;
  added += 1;
  const holder = document.createElement('div');
  holder.innerHTML = template.innerHTML.replaceAll('__n__', String(900 + added)).trim();
  const row = holder.firstElementChild;
  if (!row) return;
  list.append(row);
  htmx.process(row);
  find('input:not([type=hidden]), select', row)?.focus();
}

function remove(button: HTMLElement): void {
  const row = button.closest<HTMLElement>('[data-row]');
  const form = row?.closest('form');
  const beside = row?.nextElementSibling ?? row?.previousElementSibling;
  row?.remove();
  const next = beside ? find('input:not([type=hidden]), select', beside) : find('[data-add]', form ?? document);
  next?.focus();
  form?.dispatchEvent(new Event('input', { bubbles: true }));
}

export function start(): void {
  on('pointerdown', '[data-grip]', drag);
  on('click', '[data-move]', (event, button) => {
    const row = button.closest<HTMLElement>('[data-row]');
    if (!row) return;
    event.preventDefault();
    if (step(row, button.dataset.move === 'up')) changed(row);
    button.focus();
  });
  on('click', '[data-add]', (event, button) => {
    event.preventDefault();
    add(button);
  });
  on('click', '[data-remove]', (_event, button) => remove(button));
}
