/** Shortcuts. Single letters work only while no field has the focus and no dialog is open; `?` lists them. */
import { all, find, isComposing, isMod, isTyping, on } from './dom';
import { fetchInside } from './fetched';
import { openPalette } from './palette';

/** Show the list of keys; where it can't be had, that is told in its place. */
async function showShortcuts(): Promise<void> {
  const dialog = find<HTMLDialogElement>('#shortcuts');
  const list = dialog && find('[data-from]', dialog);
  if (!dialog || !list || dialog.open) return;
  dialog.showModal();
  if (!find('[data-wait]', list)) return;
  await fetchInside(list, 'innerHTML');
  if (find('[data-wait]', list)) dialog.close();
}

/** Press the control on this page that carries the letter. */
function pressKeyed(letter: string): boolean {
  const control = all(`[data-key="${CSS.escape(letter)}"]`).find((element) => element.offsetParent !== null);
  control?.click();
  return control !== undefined;
}

function single(key: string): boolean {
  if (key === '/') openPalette();
  else if (key === '?') void showShortcuts();
  else if (key === 'c') find('#create-button')?.click();
  else return pressKeyed(key);
  return true;
}

export function start(): void {
  on('click', '[data-shortcuts-open]', () => void showShortcuts());
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isComposing(event)) return;
    if (isMod(event) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      if (!find('dialog[open]:not(#peek)')) openPalette();
      return;
    }
    const alone = !isMod(event) && !event.altKey && event.key.length === 1;
    if (!alone || isTyping() || find('dialog[open]:not(#peek), [popover]:popover-open:not(#toasts)')) return;
    if (single(event.key)) event.preventDefault();
  });
}
