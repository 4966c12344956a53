/** The palette: one box that finds records (on the server), pages, what can be created and done (fetched once). */
import htmx from 'htmx.org';
import { all, find, isComposing, isMod, on } from './dom';
import { fetchInside } from './fetched';

const palette = (): HTMLDialogElement | null => find<HTMLDialogElement>('#palette');
const box = (): HTMLInputElement => find<HTMLInputElement>('.palette-input')!;

function options(): HTMLElement[] {
  return all('#palette-list [role=option]:not([hidden])');
}

function activate(option: HTMLElement | undefined): void {
  for (const other of all('#palette-list [aria-selected="true"]')) other.setAttribute('aria-selected', 'false');
  if (!option) {
    box().removeAttribute('aria-activedescendant');
    return;
  }
  option.setAttribute('aria-selected', 'true');
  option.scrollIntoView({ block: 'nearest' });
  box().setAttribute('aria-activedescendant', option.id);
}

/** What was typed is another: the choice begins anew. */
function typed(): void {
  isWalked = false;
  entered = undefined;
  filter();
}

/** Show those pages and actions that hold every word typed; those that are called so stand before the records. */
function filter(): void {
  const words = box().value.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = all('[data-palette-group]');
  for (const group of groups) {
    const found = all('[role=option]', group).map((option) => {
      const text = (option.dataset.find ?? '').toLowerCase();
      option.hidden = !isPossible(option) || !words.every((word) => text.includes(word));
      return !option.hidden;
    });
    group.hidden = !found.includes(true);
  }
  place(words.join(' '));
  settle();
}

/** Whether this page has what the option presses. */
function isPossible(option: HTMLElement): boolean {
  const pressed = option.dataset.palettePress;
  return !pressed || find(pressed) !== null;
}

let inOrder: HTMLElement[] = [];

/** Put each group before the results of the search or after them, in the order in which they came. */
function place(typed: string): void {
  const results = find('#palette-results')!;
  for (const group of inOrder) {
    if (isCalled(group, typed)) results.before(group);
    else results.parentElement!.append(group);
    for (const option of optionsOf(group)) group.append(option);
    const named = optionsOf(group).find((option) => !option.hidden && option.textContent!.trim().toLowerCase() === typed);
    if (named) all('[role=option]', group)[0]!.before(named);
  }
}

const kept = new WeakMap<HTMLElement, HTMLElement[]>();

/** What stands in a group, in the order in which it came. */
function optionsOf(group: HTMLElement): HTMLElement[] {
  const options = kept.get(group) ?? all<HTMLElement>('[role=option]', group);
  kept.set(group, options);
  return options;
}

/** Whether something shown in the group is called as typed, or has that among the other words for it. */
function isCalled(group: HTMLElement, typed: string): boolean {
  if (typed.length < (/[\u3400-\u9fff]/.test(typed) ? 2 : 3)) return false;
  return all('[role=option]:not([hidden])', group).some((option) => ` ${option.dataset.find?.toLowerCase()} `.includes(` ${typed} `));
}

/** Whether pages, what can be created and done are on their way. */
let isComing = false;

/** Enter was pressed before they came; whether for a new tab. */
let entered: { isApart: boolean } | undefined;

/**
 * Fetch pages, what can be created and done, where the page has not got them yet. What was typed meanwhile filters them
 * when they come, and Enter pressed meanwhile follows what is chosen then.
 */
async function fill(): Promise<void> {
  const list = find('#palette-list')!;
  inOrder = all('[data-palette-group]', list).length > 0 ? inOrder : [];
  if (inOrder.length > 0 || isComing) return;
  isComing = true;
  list.setAttribute('aria-busy', 'true');
  await fetchInside(list, 'beforeend');
  isComing = false;
  list.removeAttribute('aria-busy');
  inOrder = all('[data-palette-group]', list);
  if (!palette()?.open) return;
  filter();
  if (entered) follow(entered.isApart, options().find((option) => option.getAttribute('aria-selected') === 'true'));
  entered = undefined;
}

/** Whether the arrows were used since something was typed: then a late answer leaves the choice as it is. */
let isWalked = false;

function settle(): void {
  const list = options();
  const chosen = isWalked ? list.find((option) => option.getAttribute('aria-selected') === 'true') : undefined;
  const isHere = inOrder.length > 0;
  find('[data-palette-wait]')!.hidden = !isComing;
  find('[data-palette-missed]')!.hidden = isHere || isComing;
  find('[data-palette-none]')!.hidden = list.length > 0 || !isHere;
  activate(chosen ?? list[0]);
}

function walk(event: KeyboardEvent): void {
  if (isComposing(event)) return;
  const list = options();
  const at = list.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  if (event.key.startsWith('Arrow') && list.length > 0) isWalked = true;
  if (event.key === 'ArrowDown') activate(list[(at + 1) % list.length]);
  else if (event.key === 'ArrowUp') activate(list[(at - 1 + list.length) % list.length]);
  else if (event.key === 'Enter' && isComing && !isWalked) entered = { isApart: isMod(event) };
  else if (event.key === 'Enter') follow(isMod(event), list[at]);
  else return;
  event.preventDefault();
}

function follow(isApart: boolean, option: HTMLElement | undefined): void {
  if (!option) return;
  if (option instanceof HTMLAnchorElement && isApart) window.open(option.href, '_blank', 'noopener');
  else option.click();
}

/** Do what the page's own control does, wherever that stands. */
function press(option: HTMLElement): void {
  palette()!.close();
  find<HTMLElement>(option.dataset.palettePress!)?.click();
}

export function openPalette(): void {
  const dialog = palette();
  if (!dialog || dialog.open) return;
  box().value = '';
  find('#palette-results')?.replaceChildren();
  void fill();
  typed();
  dialog.showModal();
  htmx.trigger(box(), 'palette:open'); // What was open lately comes first.
  box().focus();
}

export function start(): void {
  if (!palette()) return;
  on('click', '[data-palette-open]', openPalette);
  on('input', '.palette-input', () => {
    void fill(); // Those that could not be had when it was opened.
    typed();
  });
  on('keydown', '.palette-input', walk);
  on('click', '[data-palette-press]', (_event, option) => press(option));
  htmx.on('htmx:after:swap', (event) => {
    if (event.detail.ctx.sourceElement === box()) settle();
  });
}
