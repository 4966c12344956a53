/** Rows of a list: a click anywhere opens the record, j and k walk, x ticks, Enter opens. */
import { all, find, isComposing, isMod, isPlainClick, isTyping, on } from './dom';

/** A double click edits the cell: only after this long is a click known to have been a single one. */
const DOUBLE_CLICK = 240;
const OWN = 'a, button, input, label, select, textarea, form, [popover]';
let waiting = 0;

function isOwn(event: Event): boolean {
  return event.target instanceof Element && event.target.closest(OWN) !== null;
}

function open(event: MouseEvent, row: HTMLElement): void {
  const address = row.dataset.href;
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

function current(): HTMLElement | null {
  return find('[data-list] tr.is-at');
}

function walk(step: number): void {
  const rows = all('[data-list] tbody tr[data-href]');
  const at = current();
  const next = rows[at ? rows.indexOf(at) + step : 0];
  if (!next) return;
  at?.classList.remove('is-at');
  next.classList.add('is-at');
  next.scrollIntoView({ block: 'nearest' });
  find('.who-name', next)?.focus({ preventScroll: true });
}

function press(key: string): boolean {
  if (key === 'j') walk(1);
  else if (key === 'k') walk(-1);
  else if (key === 'x') find('.c-check input', current() ?? document.createElement('tr'))?.click();
  else return false;
  return true;
}

export function start(): void {
  on('click', 'tr[data-href]', open);
  on('auxclick', 'tr[data-href]', (event, row) => {
    if (event.button === 1) open(event, row);
  });
  on('dblclick', 'tr[data-href]', () => clearTimeout(waiting));
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isComposing(event) || isMod(event) || event.altKey) return;
    if (!find('[data-list]') || isTyping() || find('dialog[open], [popover]:popover-open:not(#toasts)')) return;
    if (press(event.key)) event.preventDefault();
  });
}
