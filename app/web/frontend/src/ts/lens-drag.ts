/** Dragging cards and entries with a mouse or a pen. Fingers scroll and swipe, so they have the menu. */
import { all, find, on } from './dom';
import { hoursOf, showMark, timeAt } from './lens-hours';
import { PLACE, act, allDay, isAllDay, mayMove, moveTo, moveToDay, swallowClick, takesDays, CARD } from './lens-move';

const BEGINS = 6; // Pixels before a press becomes a drag.
const EDGE = 60; // Pixels from an edge within which dragging scrolls.

/** What a card can be dropped on there; a column of a colleague takes what is theirs. */
function target(card: HTMLElement, x: number, y: number): HTMLElement | null {
  const place = document.elementFromPoint(x, y)?.closest<HTMLElement>(`[data-zone], ${PLACE}`) ?? null;
  return place?.dataset.owner === undefined || place.contains(card) ? place : null;
}

function mark(over: HTMLElement | null): void {
  for (const one of all('.is-over')) if (one !== over) one.classList.remove('is-over');
  if (over && (over.dataset.ask || !over.hasAttribute('data-closed'))) over.classList.add('is-over');
}

function scroll(x: number, y: number): void {
  const hours = find('[data-hours]');
  if (hours) {
    const box = hours.getBoundingClientRect();
    if (y > box.bottom - EDGE) hours.scrollBy(0, 10);
    else if (y < box.top + EDGE && y > box.top) hours.scrollBy(0, -10);
    return;
  }
  const board = find('.board');
  if (board && x > innerWidth - EDGE) board.scrollBy(16, 0);
  else if (board && x < board.getBoundingClientRect().left + EDGE) board.scrollBy(-16, 0);
  if (y > innerHeight - EDGE) scrollBy(0, 12);
  else if (y < EDGE) scrollBy(0, -12);
}

/** A copy of the card that follows the pointer. */
function lift(card: HTMLElement): HTMLElement {
  const ghost = card.cloneNode(true) as HTMLElement;
  ghost.removeAttribute('id');
  ghost.setAttribute('aria-hidden', 'true');
  ghost.classList.add('is-ghost');
  ghost.style.width = `${card.offsetWidth}px`;
  if (hoursOf(card)) ghost.style.height = `${card.offsetHeight}px`;
  document.body.append(ghost);
  return ghost;
}

function drop(card: HTMLElement, over: HTMLElement | null, top: number): void {
  if (!over) return;
  if (hoursOf(over) && (card.dataset.at || isAllDay(card))) {
    const time = timeAt(over, top);
    if (time !== card.dataset.at || !over.contains(card)) void moveToDay(card, over.dataset.day ?? '', false, time);
  } else if (hoursOf(card) && takesDays(card) && over.dataset.day !== undefined) void allDay(card, over.dataset.day);
  else if (over.dataset.zone) void act(card, over.dataset.zone, over.dataset.ask);
  else if (over.dataset.ask && !over.contains(card)) void act(card, '', over.dataset.ask);
  else void moveTo(card, over);
}

function press(event: PointerEvent, card: HTMLElement): void {
  const isOwn = event.target instanceof Element && event.target.closest('button, [data-stretch]') !== null;
  if (event.button !== 0 || event.pointerType === 'touch' || isOwn || !mayMove(card)) return;
  const box = card.getBoundingClientRect();
  const offset = { x: event.clientX - box.left, y: event.clientY - box.top };
  const zones = find('[data-zones]');
  const moving = new AbortController();
  const { signal } = moving;
  let ghost: HTMLElement | undefined;
  const begin = (): void => {
    ghost = lift(card);
    card.classList.add('is-moving');
    document.documentElement.classList.add('is-dragging-card');
    if (zones) zones.hidden = false;
  };
  const end = (over: HTMLElement | null, top = 0): void => {
    moving.abort();
    if (!ghost) return;
    ghost.remove();
    mark(null);
    showMark(null, 0, 0);
    card.classList.remove('is-moving');
    document.documentElement.classList.remove('is-dragging-card');
    if (zones) zones.hidden = true;
    swallowClick();
    drop(card, over, top);
  };
  document.addEventListener('pointermove', (move) => {
    const far = Math.hypot(move.clientX - event.clientX, move.clientY - event.clientY) > BEGINS;
    if (!ghost && !far) return;
    if (!ghost) begin();
    ghost!.style.left = `${move.clientX - offset.x}px`;
    ghost!.style.top = `${move.clientY - offset.y}px`;
    const over = target(card, move.clientX, move.clientY);
    mark(over);
    if (card.dataset.at || isAllDay(card)) showMark(over && hoursOf(over), move.clientY - offset.y, box.height);
    scroll(move.clientX, move.clientY);
  }, { signal });
  document.addEventListener('pointerup', (up) => end(target(card, up.clientX, up.clientY), up.clientY - offset.y), { signal });
  document.addEventListener('pointercancel', () => end(null), { signal });
  document.addEventListener('keydown', (key) => {
    if (key.key !== 'Escape') return;
    key.stopPropagation();
    if (ghost) document.addEventListener('pointerup', swallowClick, { capture: true, once: true });
    end(null);
  }, { signal, capture: true });
}

export function start(): void {
  on('pointerdown', CARD, press);
}
