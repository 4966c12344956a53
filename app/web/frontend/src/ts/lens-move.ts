/** Moving a card to another column, an entry to another day: what the server refuses goes back to where it was. */
import htmx, { type HtmxRequestCtx } from 'htmx.org';
import { find, on, onContent } from './dom';
import { openDrawer } from './drawer';

export const CARD = '.board-card[id], .entry[id]';
export const PLACE = '[data-column], [data-day]';
let focused = '';

export const cardOf = (element: Element): HTMLElement | null => element.closest<HTMLElement>(CARD);
export const placeOf = (element: Element): HTMLElement | null => element.closest<HTMLElement>(PLACE);
export const linkOf = (card: Element): HTMLAnchorElement | null => find<HTMLAnchorElement>('.card-title, .entry-link', card);
export const mayMove = (card: Element): boolean => card.hasAttribute('data-may-move');

/** Whether a change of a card is on its way; the page that it brings ends this. */
const isMoving = (card: Element): boolean => card.classList.contains('is-moving');

/** Where a record lies: /accounts/<id>. */
export function addressOf(card: Element): string {
  const path = card.closest<HTMLElement>('[data-move-path]')?.dataset.movePath ?? '';
  return `${path}/${card.id.replace(/^\w+?-/, '')}`;
}

/** Post to an address in the name of a card; the answer's status, 0 where none came. */
async function post(card: HTMLElement, address: string, values: Record<string, string>): Promise<number> {
  let status = 0;
  const note = (event: CustomEvent<{ ctx: HtmxRequestCtx }>): void => {
    if (event.detail.ctx.sourceElement === card) status = event.detail.ctx.response?.status ?? 0;
  };
  document.addEventListener('htmx:after:request', note);
  try {
    await htmx.ajax('POST', address, { source: card, target: card, swap: 'none', values });
  } finally {
    document.removeEventListener('htmx:after:request', note);
  }
  return status;
}

function reload(): void {
  document.dispatchEvent(new CustomEvent('records-changed'));
}

function putBack(card: HTMLElement, home: Element, next: Node | null): void {
  home.insertBefore(card, next?.parentNode === home ? next : null);
}

/** The form of the record, with the new value filled in, for whatever else the move asks for. */
function ask(card: HTMLElement, field: string, value: string): void {
  const values = new URLSearchParams({ [field]: value, next: location.pathname + location.search });
  void openDrawer(`${addressOf(card)}/edit?${values}`);
}

/** The element of a card as it stands now: the answer to a move replaces it. */
const current = (card: HTMLElement): HTMLElement => document.getElementById(card.id) ?? card;

/** The last move of each card that is on its way, true once it is taken: the next one goes on from there. */
const moves = new Map<string, Promise<boolean>>();

interface Move {
  field: string;
  value: string;
  list: string;
  withFocus: boolean;
  /** Puts the card back where it was. */
  back: (card: HTMLElement) => void;
}

/** Send a move once the one before it is taken; where that was not, the card is back already. */
async function send(id: string, move: Move, before: Promise<boolean> | undefined): Promise<boolean> {
  if (before && !(await before)) return false;
  const card = document.getElementById(id);
  if (!card) return false;
  const { field, value, list, withFocus } = move;
  const { version = '' } = card.dataset;
  const status = await post(card, `${addressOf(card)}/move`, { field, value, version, list });
  const now = current(card);
  if (status >= 200 && status < 300) {
    // A card that came back unchanged is left out by the filters of the board as it stands now.
    if (now.dataset.version === version) now.remove();
    else if (withFocus) linkOf(now)?.focus();
    return true;
  }
  move.back(now);
  if (withFocus) linkOf(now)?.focus();
  if (status === 422) ask(now, field, value);
  else reload();
  return false;
}

/** Move a card into the column or onto the day `place`. */
export async function moveTo(card: HTMLElement, place: HTMLElement, withFocus = false): Promise<void> {
  const home = card.parentElement;
  if (!home || !mayMove(card) || placeOf(card) === place || place.hasAttribute('data-closed')) return;
  if (place.dataset.day !== undefined) {
    await moveToDay(card, place.dataset.day, withFocus);
    return;
  }
  const { field = '', listQuery: list = '' } = card.closest<HTMLElement>('[data-field]')?.dataset ?? {};
  const value = place.dataset.column ?? '';
  const next = card.nextSibling;
  find('ul', place)?.prepend(card);
  card.classList.add('is-moving');
  if (withFocus) linkOf(card)?.focus();
  const back = (now: HTMLElement): void => putBack(now, home, next);
  const sent = send(card.id, { field, value, list, withFocus, back }, moves.get(card.id));
  moves.set(card.id, sent);
  await sent;
  if (moves.get(card.id) !== sent) return;
  moves.delete(card.id);
  current(card).classList.remove('is-moving');
}

/** Give a field of an entry another value; until the calendar shows it, nothing more of the entry is changed. */
async function change(card: HTMLElement, values: Record<string, string>, asked: string, withFocus: boolean): Promise<void> {
  if (isMoving(card)) return;
  const { version = '' } = card.dataset;
  card.classList.add('is-moving');
  if (withFocus) focused = card.id;
  const status = await post(card, `${addressOf(card)}/move`, { ...values, version });
  if (status < 200 || status >= 300) current(card).classList.remove('is-moving');
  if (status === 422) ask(card, values.field ?? '', asked);
  else if (status >= 400 || status === 0) reload();
}

/** Move an entry to a day, also to one that is not shown; without a time (14:30) it keeps its own, or that it takes the whole day. */
export async function moveToDay(card: HTMLElement, day: string, withFocus = false, time = ''): Promise<void> {
  const { field = '' } = card.closest<HTMLElement>('[data-field]')?.dataset ?? {};
  const clock = time || card.dataset.at || (isAllDay(card) ? '' : '09:00');
  await change(card, { field, day, ...(time ? { time } : {}) }, clock ? `${day}T${clock}` : day, withFocus);
}

/** Whether an entry is due on a day, at no hour of it. */
export const isAllDay = (card: Element): boolean => card.hasAttribute('data-all-day');

/** Whether what stands in this calendar may be due so. */
export const takesDays = (card: Element): boolean => card.closest('[data-takes-days]') !== null;

/** Let an entry take a whole day, at no hour of it. */
export async function allDay(card: HTMLElement, day: string, withFocus = false): Promise<void> {
  const { field = '' } = card.closest<HTMLElement>('[data-field]')?.dataset ?? {};
  if (mayMove(card)) await change(card, { field, day, all_day: '1' }, day, withFocus);
}

/** Let an entry take so many minutes. */
export async function lasting(card: HTMLElement, minutes: number, withFocus = false): Promise<void> {
  const field = card.closest<HTMLElement>('[data-length]')?.dataset.length;
  if (!field || !mayMove(card)) return;
  await change(card, { field, value: String(minutes) }, String(minutes), withFocus);
}

/** The day so many days after (or before) the one that an entry stands on. */
export function dayFrom(card: HTMLElement, days: number): string {
  const day = new Date(`${placeOf(card)?.dataset.day ?? ''}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
}

/** The click that ends a drag must not open what was dragged. */
export function swallowClick(): void {
  const stop = (click: MouseEvent): void => {
    click.preventDefault();
    click.stopImmediatePropagation();
  };
  addEventListener('click', stop, { capture: true, once: true });
  setTimeout(() => removeEventListener('click', stop, { capture: true }), 50);
}

/** Do a declared action with the record of a card, such as marking it as done, or open the form that asks what it takes. */
export async function act(card: HTMLElement, action: string, ask?: string): Promise<void> {
  if (isMoving(card)) return;
  if (ask) {
    const back = new URLSearchParams({ next: location.pathname + location.search });
    return openDrawer(`${addressOf(card)}/${ask}?${back}`);
  }
  card.classList.add('is-moving');
  const status = await post(card, `${addressOf(card)}/${action}`, {});
  if (status < 200 || status >= 300) current(card).classList.remove('is-moving');
}

export function start(): void {
  on('click', CARD, (event, card) => {
    if (event.target instanceof Element && event.target.closest('a, button')) return;
    linkOf(card)?.click();
  });
  on('click', '[data-day]', (event, day) => {
    if (day.closest('[data-hours]')) return; // Where the hour counts, too.
    if (event.target instanceof Element && !event.target.closest('a, button, .entry')) find('.calendar-add', day)?.click();
  });
  onContent(() => {
    const card = focused ? document.getElementById(focused) : null;
    if (!card) return;
    focused = '';
    linkOf(card)?.focus();
  });
}
