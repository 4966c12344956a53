/** The hours of a week or a day: where a place in them is in time, and moving and lengthening what stands there. */
import { all, find, isComposing, isMod, on, onContent } from './dom';
import { allDay, cardOf, dayFrom, isAllDay, lasting, mayMove, moveToDay, placeOf, swallowClick, takesDays } from './lens-move';

const STEP = 15; // Minutes: what is dragged or carried begins and ends at quarters of an hour.
const DAY = 24 * 60;
const USUAL = 30; // Minutes of what says no length, as the server shows it.

export const hoursOf = (element: Element): HTMLElement | null => element.closest<HTMLElement>('[data-hours] [data-day]');

const stepped = (minutes: number): number => Math.round(minutes / STEP) * STEP;
const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const minutesAt = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** The minute of the day at a height of the window. */
function minuteAt(day: HTMLElement, y: number): number {
  const box = day.getBoundingClientRect();
  return ((y - box.top) / box.height) * DAY;
}

/** The time, in quarters of an hour, at which something would begin whose upper edge is at this height. */
export function timeAt(day: HTMLElement, y: number): string {
  return clock(Math.min(Math.max(stepped(minuteAt(day, y)), 0), DAY - STEP));
}

/** How many minutes an entry takes. */
const lengthOf = (card: HTMLElement): number => Number(card.dataset.minutes ?? 0) || USUAL;

/** A quarter of an hour earlier or later, over midnight too. */
export function shift(card: HTMLElement, minutes: number): void {
  if (!mayMove(card) || !card.dataset.at) return;
  const at = minutesAt(card.dataset.at) + minutes;
  const days = Math.floor(at / DAY);
  void moveToDay(card, dayFrom(card, days), true, clock(at - days * DAY));
}

/** From the hours to the whole day, or from the whole day to the hour at which the calendar begins. */
export function toggleAllDay(card: HTMLElement): void {
  if (!mayMove(card) || !takesDays(card)) return;
  const first = Number(find('[data-hours]')?.dataset.first ?? 9);
  if (isAllDay(card)) void moveToDay(card, dayFrom(card, 0), true, clock(first * 60));
  else void allDay(card, dayFrom(card, 0), true);
}

/** Longer or shorter by some minutes, and never shorter than a quarter of an hour. */
export function lengthen(card: HTMLElement, minutes: number): void {
  const now = lengthOf(card);
  const wished = Math.max(now + minutes, STEP);
  if (wished !== now) void lasting(card, wished, true);
}

/** Where an entry would end up, drawn among the hours while it is dragged. */
export function showMark(day: HTMLElement | null, y: number, high: number): void {
  for (const one of all('.hour-mark')) if (one.parentElement !== day) one.remove();
  if (!day) return;
  const mark = find('.hour-mark', day) ?? day.appendChild(document.createElement('div'));
  const time = timeAt(day, y);
  mark.className = 'hour-mark';
  mark.textContent = time;
  mark.style.insetBlockStart = `${(minutesAt(time) / DAY) * 100}%`;
  mark.style.height = `${Math.max(high, 20)}px`;
}

/** The lower edge of an entry is dragged: it begins where it did and takes longer. */
function stretch(event: PointerEvent, grip: HTMLElement): void {
  const card = cardOf(grip);
  const day = hoursOf(grip);
  if (!card || !day || event.button !== 0 || event.pointerType === 'touch' || !mayMove(card)) return;
  event.preventDefault();
  const begins = minutesAt(card.dataset.at ?? '00:00');
  const before = card.style.height;
  const stretching = new AbortController();
  const { signal } = stretching;
  let minutes = lengthOf(card);
  const end = (): void => {
    stretching.abort();
    card.style.height = before;
  };
  document.addEventListener('pointermove', (move) => {
    minutes = Math.max(stepped(minuteAt(day, move.clientY)) - begins, STEP);
    card.style.height = `${(minutes / DAY) * day.offsetHeight}px`;
  }, { signal });
  document.addEventListener('pointerup', () => {
    const isOther = minutes !== lengthOf(card);
    swallowClick();
    end();
    if (isOther) void lasting(card, minutes);
  }, { signal });
  document.addEventListener('pointercancel', end, { signal });
  document.addEventListener('keydown', (key) => {
    if (key.key !== 'Escape') return;
    key.stopPropagation();
    document.addEventListener('pointerup', swallowClick, { capture: true, once: true });
    end();
  }, { signal, capture: true });
}

/** A press among the hours plans something there. */
function plan(event: MouseEvent, day: HTMLElement): void {
  const add = find<HTMLAnchorElement>('.calendar-add', day);
  if (!add || (event.target instanceof Element && event.target.closest('a, button, .entry'))) return;
  const usual = add.href;
  const wanted = new URL(usual);
  const { field = '' } = day.closest<HTMLElement>('[data-field]')?.dataset ?? {};
  const box = day.getBoundingClientRect();
  const half = Math.floor(((event.clientY - box.top) / box.height) * 48) * 30;
  wanted.searchParams.set(field, `${day.dataset.day ?? ''}T${clock(half)}`);
  add.href = wanted.href;
  add.click();
  add.href = usual;
}

const begun = new WeakSet<Element>();

/** The hours begin where the day does, or where the first entry stands; whoever comes back is left where they were. */
function begin(): void {
  const hours = find('[data-hours]');
  if (!hours || begun.has(hours)) return;
  begun.add(hours);
  const high = (hours.querySelector<HTMLElement>('.hour-names > li')?.offsetHeight ?? 0);
  hours.scrollTop = Number(hours.dataset.first ?? 0) * high - 10;
}

/** The line of now goes on while the page stands, through the columns of all colleagues. */
function tick(): void {
  for (const line of all('.hour-now')) {
    line.dataset.since ??= String(Date.now());
    const minute = Number(line.dataset.now) + (Date.now() - Number(line.dataset.since)) / 60_000;
    line.style.insetBlockStart = `${Math.min(minute / DAY, 1) * 100}%`;
  }
}

/** A swipe over the hours of a phone leads to the day before or after. */
function swipe(): void {
  let from: Touch | undefined;
  on('touchstart', '[data-hours]', (event) => { from = event.touches.length === 1 ? event.touches[0] : undefined; });
  on('touchend', '[data-hours]', (event, hours) => {
    const to = event.changedTouches[0];
    if (!from || !to || !matchMedia('(max-width: 640px)').matches) return;
    const across = to.clientX - from.clientX;
    if (Math.abs(across) < 60 || Math.abs(across) < 2 * Math.abs(to.clientY - from.clientY)) return;
    if (hours.closest('.is-people')) return; // There a finger sweeps from colleague to colleague.
    const { before = '', after = '' } = hours.closest<HTMLElement>('.calendar')?.dataset ?? {};
    location.assign(across > 0 ? before : after);
  });
}

export function start(): void {
  onContent(() => { begin(); tick(); });
  setInterval(tick, 30_000);
  swipe();
  on('pointerdown', '[data-stretch]', stretch);
  on('click', '[data-hours] [data-day]', plan);
  on('keydown', '[data-hours] .entry-link', (event, link) => {
    const card = cardOf(link);
    if (!card || event.defaultPrevented || isComposing(event) || isMod(event) || event.altKey) return;
    const longer = { '+': STEP, '=': STEP, '-': -STEP }[event.key];
    if (longer === undefined || !placeOf(link)) return;
    event.preventDefault();
    lengthen(card, longer);
  });
}
