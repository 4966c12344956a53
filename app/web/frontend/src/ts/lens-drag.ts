/** Dragging cards and entries with a mouse or a pen. Fingers scroll and swipe, so they have the menu. */
import { all, find, on } from './dom';
import { PLACE, act, mayMove, moveTo, CARD } from './lens-move';

const BEGINS = 6; // Pixels before a press becomes a drag.
const EDGE = 60; // Pixels from an edge within which dragging scrolls.

const target = (x: number, y: number): HTMLElement | null =>
  document.elementFromPoint(x, y)?.closest<HTMLElement>(`[data-zone], ${PLACE}`) ?? null;

function mark(over: HTMLElement | null): void {
  for (const one of all('.is-over')) if (one !== over) one.classList.remove('is-over');
  if (over && !over.hasAttribute('data-closed')) over.classList.add('is-over');
}

function scroll(x: number, y: number): void {
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
  document.body.append(ghost);
  return ghost;
}

/** The click that ends a drag must not open what was dragged. */
function swallowClick(): void {
  const stop = (click: MouseEvent): void => {
    click.preventDefault();
    click.stopImmediatePropagation();
  };
  addEventListener('click', stop, { capture: true, once: true });
  setTimeout(() => removeEventListener('click', stop, { capture: true }), 50);
}

function drop(card: HTMLElement, over: HTMLElement | null): void {
  if (!over) return;
  if (over.dataset.zone) void act(card, over.dataset.zone);
  else void moveTo(card, over);
}

function press(event: PointerEvent, card: HTMLElement): void {
  const isOwn = event.target instanceof Element && event.target.closest('button') !== null;
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
  const end = (over: HTMLElement | null): void => {
    moving.abort();
    if (!ghost) return;
    ghost.remove();
    mark(null);
    card.classList.remove('is-moving');
    document.documentElement.classList.remove('is-dragging-card');
    if (zones) zones.hidden = true;
    swallowClick();
    drop(card, over);
  };
  document.addEventListener('pointermove', (move) => {
    const far = Math.hypot(move.clientX - event.clientX, move.clientY - event.clientY) > BEGINS;
    if (!ghost && !far) return;
    if (!ghost) begin();
    ghost!.style.left = `${move.clientX - offset.x}px`;
    ghost!.style.top = `${move.clientY - offset.y}px`;
    mark(target(move.clientX, move.clientY));
    scroll(move.clientX, move.clientY);
  }, { signal });
  document.addEventListener('pointerup', (up) => end(target(up.clientX, up.clientY)), { signal });
  document.addEventListener('pointercancel', () => end(null), { signal });
  document.addEventListener('keydown', (key) => {
    if (key.key !== 'Escape') return;
    key.stopPropagation();
    end(null);
  }, { signal, capture: true });
}

export function start(): void {
  on('pointerdown', CARD, press);
}
