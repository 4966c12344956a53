/** Menus: popovers placed beside their button, walked with the keyboard. */
import { all, find, isComposing, on, placeBy } from './dom';

function items(menu: HTMLElement): HTMLElement[] {
  return all('[role^="menuitem"]', menu).filter((item) => !item.hidden && !item.hasAttribute('disabled'));
}

function open(button: HTMLElement, menu: HTMLElement): void {
  menu.showPopover();
  // On a phone a sheet stands at the foot, as its styles say.
  placeBy(button, menu);
  const first = find('[aria-checked="true"]', menu) ?? items(menu)[0] ?? find('a, button', menu);
  first?.focus({ preventScroll: true });
}

function walk(event: KeyboardEvent, menu: HTMLElement): void {
  if (isComposing(event)) return;
  const list = items(menu);
  const at = list.indexOf(document.activeElement as HTMLElement);
  const last = list.length - 1;
  let next: HTMLElement | undefined;
  if (event.key === 'ArrowDown') next = list[at >= last ? 0 : at + 1];
  else if (event.key === 'ArrowUp') next = list[at <= 0 ? last : at - 1];
  else if (event.key === 'Home') next = list[0];
  else if (event.key === 'End') next = list[last];
  else if (event.key === 'Tab') menu.hidePopover();
  else if (event.key.length === 1 && event.key !== ' ') next = startingWith(event.key, list, at);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function startingWith(letter: string, list: HTMLElement[], at: number): HTMLElement | undefined {
  const turned = [...list.slice(at + 1), ...list.slice(0, at + 1)];
  return turned.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase()));
}

export function start(): void {
  on('click', '[popovertarget]', (event, button) => {
    const menu = document.getElementById(button.getAttribute('popovertarget') ?? '');
    if (!menu) return;
    // Shown here and not by the browser, so that it stands in its place from the first frame.
    event.preventDefault();
    if (menu.matches(':popover-open')) menu.hidePopover();
    else open(button, menu);
  });
  on('keydown', '[popovertarget]', (event, button) => {
    if (event.key === 'ArrowDown' && button.getAttribute('aria-haspopup') === 'menu') {
      event.preventDefault();
      button.click();
    }
  });
  on('keydown', '[data-menu]', walk);
  on('click', '[data-menu] [role^="menuitem"]', (_event, item) => {
    item.closest<HTMLElement>('[popover]')?.hidePopover();
  });
  on('click', '[data-sheet] a', (_event, link) => link.closest<HTMLElement>('[popover]:popover-open')?.hidePopover());
  addEventListener('resize', () => {
    for (const menu of all('[popover]:popover-open:not(#toasts)')) menu.hidePopover();
  });
}
