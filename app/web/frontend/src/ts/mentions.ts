/** Calling a colleague: an @ typed in a text with `data-mentions` offers names, and what is chosen is written behind it. */
import { all, isComposing, on, placeBy } from './dom';

type Box = HTMLTextAreaElement | HTMLInputElement;
const PAUSE = 120;
const LONGEST = 40; // Characters behind an @ that may still become a name.
/** An @ that begins a word, and what was typed behind it until now; e-mail addresses are none. */
const CALL = /(?:^|[^A-Za-z0-9._%+-])[@＠]([^@＠\n]*)$/;

let list: HTMLElement | null = null;
let box: Box | null = null;
let timer = 0;
let asked = 0;
let taken = ''; // The name that was chosen last: what is typed behind it is no name any more.

function isOpen(): boolean {
  return list?.matches(':popover-open') ?? false;
}

function options(): HTMLElement[] {
  return list ? all('[role=option]', list) : [];
}

function chosen(): number {
  return options().findIndex((one) => one.getAttribute('aria-selected') === 'true');
}

/** Where the name that is being typed begins, and what of it is there; null where no @ is being answered. */
function call(area: Box): { start: number; words: string } | null {
  const end = area.selectionStart ?? 0;
  if (end !== area.selectionEnd) return null;
  const words = CALL.exec(area.value.slice(0, end))?.[1];
  if (words === undefined || words.length > LONGEST) return null;
  if (taken && words.startsWith(`${taken} `)) return null;
  return { start: end - words.length, words };
}

function close(): void {
  asked += 1;
  clearTimeout(timer);
  if (isOpen()) list?.hidePopover();
  for (const name of ['aria-activedescendant', 'aria-controls', 'aria-haspopup', 'aria-autocomplete']) box?.removeAttribute(name);
}

/** The list stands beside its box, so that it lies in the same dialog. */
function made(area: Box): HTMLElement {
  const found = document.createElement('div');
  found.className = 'lookup-list mentions-list';
  found.id = `${area.id || area.form?.id || 'text'}-mentions`;
  found.setAttribute('role', 'listbox');
  found.setAttribute('aria-label', '@');
  found.popover = 'manual';
  found.addEventListener('mousedown', (event) => event.preventDefault());
  found.addEventListener('click', (event) => {
    const option = (event.target as Element).closest<HTMLElement>('[role=option]');
    if (option) take(option);
  });
  area.after(found);
  return found;
}

function activate(option: HTMLElement | undefined): void {
  if (!option || !box) return;
  for (const other of options()) other.setAttribute('aria-selected', String(other === option));
  option.scrollIntoView({ block: 'nearest' });
  box.setAttribute('aria-activedescendant', option.id);
}

async function offer(area: Box, words: string): Promise<void> {
  const turn = ++asked;
  const answer = await fetch(`/mentions?q=${encodeURIComponent(words)}`, { headers: { 'HX-Request': 'true', Accept: 'text/html' } });
  const names = answer.ok ? await answer.text() : '';
  // A slower answer to an earlier question, or a box already left, changes nothing.
  if (turn !== asked || document.activeElement !== area || !call(area)) return;
  if (box !== area || !list?.isConnected) {
    list?.remove();
    box = area;
    list = made(area);
  }
  list.innerHTML = names;
  options().forEach((option, number) => { option.id = `${list?.id ?? ''}-${number}`; });
  if (options().length === 0) {
    close();
    return;
  }
  if (!isOpen()) list.showPopover();
  placeBy(area, list, area.clientWidth < 420);
  const given = { 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox', 'aria-controls': list.id };
  for (const [name, value] of Object.entries(given)) area.setAttribute(name, value);
  activate(options()[0]);
}

function watch(area: Box): void {
  clearTimeout(timer);
  const found = call(area);
  if (!found) {
    if (isOpen()) close();
    return;
  }
  timer = window.setTimeout(() => void offer(area, found.words), PAUSE);
}

/** Write the chosen name in place of what was typed behind the @. */
function take(option: HTMLElement): void {
  const area = box;
  const found = area && call(area);
  if (!area || !found) return;
  const name = option.dataset.text ?? '';
  taken = name;
  area.setRangeText(`${name} `, found.start, area.selectionStart ?? 0, 'end');
  close();
  area.focus();
  area.dispatchEvent(new Event('input', { bubbles: true }));
}

function typed(event: KeyboardEvent): void {
  if (!isOpen() || event.target !== box || isComposing(event)) return;
  const offered = options();
  const at = chosen();
  const current = offered[at];
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (event.key === 'ArrowDown') activate(offered[(at + 1) % offered.length]);
  else if (event.key === 'ArrowUp') activate(offered[(at - 1 + offered.length) % offered.length]);
  else if ((event.key === 'Enter' || event.key === 'Tab') && isPlain && current) take(current);
  else if (event.key === 'Escape') close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

export function start(): void {
  on('input', '[data-mentions]', (_event, area) => watch(area as Box));
  on('click', '[data-mentions]', (_event, area) => watch(area as Box));
  // Before every other reader of keys: Enter and Esc belong to the list while it is open.
  document.addEventListener('keydown', typed, true);
  document.addEventListener('focusout', (event) => {
    if (event.target === box) setTimeout(() => { if (document.activeElement !== box) close(); }, 120);
  });
  document.addEventListener('scroll', () => { if (box && list && isOpen()) placeBy(box, list, box.clientWidth < 420); }, true);
}
