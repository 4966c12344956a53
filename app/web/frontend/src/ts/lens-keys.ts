/** Boards and calendars by keyboard: arrows walk, Shift with an arrow moves. */
import { all, find, isComposing, isMod, on } from './dom';
import { hoursOf, shift, toggleAllDay } from './lens-hours';
import { cardOf, dayFrom, linkOf, mayMove, moveTo, moveToDay, placeOf } from './lens-move';

const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];
const DAYS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const columns = (): HTMLElement[] => all('[data-column]');
const cards = (place: Element): HTMLElement[] => all('.board-card, .entry', place);

function focus(card: HTMLElement | undefined): void {
  if (!card) return;
  linkOf(card)?.focus();
  card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** The next column in a direction that `fits`. */
function column(from: HTMLElement, step: number, fits: (one: HTMLElement) => boolean): HTMLElement | undefined {
  const list = columns();
  for (let at = list.indexOf(from) + step; at >= 0 && at < list.length; at += step) {
    const one = list[at];
    if (one && fits(one)) return one;
  }
  return undefined;
}

function walkBoard(card: HTMLElement, place: HTMLElement, key: string): void {
  const mine = cards(place);
  const at = mine.indexOf(card);
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    focus(mine[at + (key === 'ArrowUp' ? -1 : 1)]);
    return;
  }
  const beside = column(place, key === 'ArrowLeft' ? -1 : 1, (one) => cards(one).length > 0);
  const theirs = beside ? cards(beside) : [];
  focus(theirs[Math.min(at, theirs.length - 1)]);
}

function walkCalendar(card: HTMLElement, key: string): void {
  const every = all('.entry');
  focus(every[every.indexOf(card) + (key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1)]);
}

function carry(card: HTMLElement, place: HTMLElement, key: string): void {
  if (!mayMove(card)) return;
  if (hoursOf(card) && (key === 'ArrowUp' || key === 'ArrowDown')) {
    shift(card, key === 'ArrowUp' ? -15 : 15);
    return;
  }
  if (place.dataset.day !== undefined) {
    void moveToDay(card, dayFrom(card, DAYS[key] ?? 0), true);
    return;
  }
  if (key === 'ArrowUp' || key === 'ArrowDown') return;
  const to = column(place, key === 'ArrowLeft' ? -1 : 1, (one) => !one.hasAttribute('data-closed'));
  if (to) void moveTo(card, to, true);
}

/** Whether an entry among the hours goes to the whole day: 0, for no hour. */
const isForAllDay = (event: KeyboardEvent): boolean => event.key === '0' && find('[data-hours]') !== null;

export function start(): void {
  for (const link of all('.card-title, .entry-link')) {
    if (find('#board-keys')) link.setAttribute('aria-describedby', 'board-keys');
  }
  on('keydown', '.card-title, .entry-link', (event, link) => {
    const card = cardOf(link);
    const place = placeOf(link);
    if (!card || !place || !(ARROWS.includes(event.key) || isForAllDay(event))) return;
    if (event.defaultPrevented || isComposing(event) || isMod(event) || event.altKey) return;
    event.preventDefault();
    if (isForAllDay(event)) toggleAllDay(card);
    else if (event.shiftKey) carry(card, place, event.key);
    else if (place.dataset.day !== undefined) walkCalendar(card, event.key);
    else walkBoard(card, place, event.key);
  });
}
