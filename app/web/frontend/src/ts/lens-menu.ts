/** The one menu that all cards of a page share: it is turned to the card whose button opened it. */
import { all, find, on } from './dom';
import { hoursOf, lengthen, shift, toggleAllDay } from './lens-hours';
import { act, addressOf, cardOf, dayFrom, isAllDay, linkOf, mayMove, moveTo, moveToDay, placeOf, takesDays } from './lens-move';

let shown: HTMLElement | null = null;

/** The card as it stands now; an answer may have replaced it. */
const card = (): HTMLElement | null => (shown ? document.getElementById(shown.id) : null);

function turnTo(one: HTMLElement, menu: HTMLElement): void {
  const told = find('[role=menu]', menu)!;
  const name = linkOf(one)?.textContent ?? '';
  told.setAttribute('aria-label', (told.dataset.cardLabel ?? '').replace('{name}', name));
  for (const item of all('[data-card-open], [data-peek]', menu)) {
    item.setAttribute('href', linkOf(one)?.getAttribute('href') ?? '');
  }
  const back = new URLSearchParams({ next: location.pathname + location.search });
  find('[data-card-edit]', menu)?.setAttribute('href', `${addressOf(one)}/edit?${back}`);
  const here = placeOf(one)?.dataset.column;
  for (const item of all('[data-card-to]', menu)) item.hidden = !mayMove(one) || item.dataset.cardTo === here;
  for (const item of all('[data-card-days], [data-card-edit]', menu)) item.hidden = !mayMove(one);
  for (const item of all('[data-card-minutes], [data-card-longer]', menu)) item.hidden = !mayMove(one) || !hoursOf(one);
  for (const item of all('[data-card-whole]', menu)) {
    item.hidden = !mayMove(one) || !takesDays(one) || (item.dataset.cardWhole === 'off') !== isAllDay(one);
  }
}

export function start(): void {
  on('click', '[popovertarget="card-menu"]', (_event, button) => {
    const menu = find('#card-menu');
    const one = cardOf(button);
    if (!menu || !one) return;
    if (shown !== one && menu.matches(':popover-open')) menu.hidePopover();
    shown = one;
    menu.dataset.row = one.id;
    turnTo(one, menu);
  }, true);
  on('click', '[data-card-to]', (_event, item) => {
    const one = card();
    const place = find(`[data-column="${CSS.escape(item.dataset.cardTo ?? '')}"]`);
    if (one && place) void moveTo(one, place, true);
  });
  on('click', '[data-card-days]', (_event, item) => {
    const one = card();
    if (one) void moveToDay(one, dayFrom(one, Number(item.dataset.cardDays)), true);
  });
  on('click', '[data-card-minutes]', (_event, item) => {
    const one = card();
    if (one) shift(one, Number(item.dataset.cardMinutes));
  });
  on('click', '[data-card-whole]', () => {
    const one = card();
    if (one) toggleAllDay(one);
  });
  on('click', '[data-card-longer]', (_event, item) => {
    const one = card();
    if (one) lengthen(one, Number(item.dataset.cardLonger));
  });
  on('click', '[data-card-zone]', (_event, item) => {
    const one = card();
    if (one) void act(one, item.dataset.cardZone ?? '', item.dataset.ask);
  });
}
