/** Inserting a field into a template: a search among the fields, and the chosen one written where the caret was. */
import { all, find, isComposing, on } from './dom';

type Box = HTMLTextAreaElement | HTMLInputElement;

/** The text that was written in last; the first one that is open where there was none yet. */
let box: Box | null = null;

function target(): Box | null {
  if (box?.isConnected) return box;
  return all<Box>('[data-insert-into]').find((one) => one instanceof HTMLTextAreaElement && one.offsetParent !== null) ?? null;
}

function insert(button: HTMLElement): void {
  const area = target();
  if (!area) return;
  const start = area.selectionStart ?? area.value.length;
  area.setRangeText(button.dataset.insert ?? '', start, area.selectionEnd ?? start, 'end');
  area.focus();
  area.dispatchEvent(new Event('input', { bubbles: true }));
}

function shown(root: ParentNode): HTMLElement[] {
  return all('[data-insert]', root).filter((one) => !one.hidden);
}

/** Show the fields that hold every word of the search, and the headings of those. */
function narrow(search: HTMLInputElement): void {
  const root = search.closest('[data-field-picker]');
  if (!root) return;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const one of all('[data-insert]', root)) {
    const text = (one.dataset.words ?? '').toLowerCase();
    one.hidden = !words.every((word) => text.includes(word));
  }
  for (const group of all('[data-field-group]', root)) group.hidden = shown(group).length === 0;
  const none = find('[data-field-none]', root);
  if (none) none.hidden = shown(root).length > 0;
}

function typed(event: KeyboardEvent): void {
  if (isComposing(event) || !(event.target instanceof HTMLElement)) return;
  const root = event.target.closest<HTMLElement>('[data-field-picker]');
  if (!root) return;
  const offered = shown(root);
  const search = find<HTMLInputElement>('[data-field-search]', root);
  const at = offered.indexOf(event.target);
  const first = offered[0];
  if (event.key === 'Enter' && event.target === search && first) insert(first);
  else if (event.key === 'ArrowDown') offered[Math.min(at + 1, offered.length - 1)]?.focus();
  else if (event.key === 'ArrowUp') (at > 0 ? offered[at - 1] : search)?.focus();
  else if (event.key !== 'Enter' || event.target !== search) return;
  event.preventDefault();
}

export function start(): void {
  on('focusin', '[data-insert-into]', (_event, area) => { box = area as Box; });
  on('click', '[data-insert]', (_event, button) => insert(button));
  on('input', '[data-field-search]', (event, search) => {
    event.stopPropagation();
    narrow(search as HTMLInputElement);
  }, true);
  document.addEventListener('keydown', typed);
}
