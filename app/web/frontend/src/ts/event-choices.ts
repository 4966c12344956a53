/** The events that a webhook or a group robot tells of: a search that narrows them, and a box for all of a record type. */
import { all, find, isComposing, on, onContent } from './dom';

const BOX = '[name="event"]';

const rowsOf = (root: ParentNode): HTMLElement[] => all('[data-words]', root);
const boxesOf = (root: ParentNode): HTMLInputElement[] => all<HTMLInputElement>(BOX, root);

/** The boxes that the search leaves, in their order. */
function offered(root: ParentNode): HTMLInputElement[] {
  return boxesOf(root).filter((box) => box.checkVisibility());
}

/** The box of a type says whether all of its events are ticked, some, or none. */
function tell(group: HTMLElement): void {
  const every = find<HTMLInputElement>('[data-events-all]', group);
  if (!every) return;
  const boxes = boxesOf(group);
  const ticked = boxes.filter((box) => box.checked).length;
  every.checked = ticked > 0 && ticked === boxes.length;
  every.indeterminate = ticked > 0 && ticked < boxes.length;
}

/** Show the events that hold every word of the search. What the search hides is not ticked by the box of its type. */
function narrow(search: HTMLInputElement): void {
  const root = search.closest<HTMLElement>('[data-events]');
  if (!root) return;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rowsOf(root)) {
    const text = (row.dataset.words ?? '').toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
  for (const group of all('[data-events-group]', root)) {
    const rows = rowsOf(group);
    const hidden = rows.filter((row) => row.hidden).length;
    group.hidden = hidden === rows.length;
    const every = find('.event-all', group);
    if (every) every.hidden = hidden > 0;
  }
  const none = find('[data-events-none]', root);
  if (none) none.hidden = rowsOf(root).some((row) => !row.hidden);
}

function typed(event: KeyboardEvent, root: HTMLElement): void {
  const { target } = event;
  if (isComposing(event) || !(target instanceof HTMLInputElement)) return;
  const search = find<HTMLInputElement>('[data-events-search]', root);
  if (!search) return;
  const isSearch = target === search;
  if (!isSearch && !target.matches(BOX)) return;
  const boxes = offered(root);
  const at = boxes.indexOf(target);
  if (event.key === 'ArrowDown' || (isSearch && event.key === 'Enter')) boxes[Math.min(at + 1, boxes.length - 1)]?.focus();
  else if (event.key === 'ArrowUp') (at > 0 ? boxes[at - 1] : search)?.focus();
  else if (isSearch && event.key === 'Escape' && search.value) {
    search.value = '';
    narrow(search);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** What scripts alone can do is shown once they are there. */
function prepare(): void {
  for (const one of all('[data-events-tools]')) {
    if (one.dataset.eventsTools) continue;
    one.dataset.eventsTools = 'shown';
    one.hidden = false;
  }
  for (const group of all('[data-events-group]')) tell(group);
}

export function start(): void {
  onContent(prepare);
  on('change', '[data-events-all]', (_event, every) => {
    const group = every.closest<HTMLElement>('[data-events-group]');
    if (!group) return;
    for (const box of boxesOf(group)) box.checked = (every as HTMLInputElement).checked;
    tell(group);
  });
  on('change', `[data-events-group] ${BOX}`, (_event, box) => tell(box.closest<HTMLElement>('[data-events-group]')!));
  // A search is no change of the form: nothing is lost when it is left.
  for (const type of ['input', 'change'] as const) {
    on(type, '[data-events-search]', (event, search) => {
      event.stopPropagation();
      narrow(search as HTMLInputElement);
    }, true);
  }
  on('keydown', '[data-events]', (event, root) => typed(event, root), true);
}
