/** The drawer at the right edge: a link with `data-drawer` opens its page's form there. Also closes plain dialogs. */
import htmx from 'htmx.org';
import { find, isComposing, isPlainClick, on } from './dom';
import { focusFirst } from './forms';
import { forget, mayLeave } from './guard';

const drawer = (): HTMLDialogElement | null => find<HTMLDialogElement>('#drawer');
/** Counts what was asked for: an answer to an earlier question neither closes the drawer nor takes the focus. */
let asked = 0;

/** Load the form at this address into the drawer; `values` are sent to it by POST. */
export async function openDrawer(address: string, values?: Record<string, string>): Promise<void> {
  const dialog = drawer();
  const body = find('#drawer-body');
  const wait = find<HTMLTemplateElement>('#drawer-wait');
  if (!dialog || !body) return;
  const turn = ++asked;
  body.replaceChildren(...(wait ? [wait.content.cloneNode(true)] : []));
  if (!dialog.open) dialog.showModal();
  await htmx.ajax(values ? 'POST' : 'GET', address, { source: body, target: body, swap: 'innerHTML', ...(values ? { values } : {}) });
  if (turn !== asked) return;
  if (!find('.drawer-head', body)) dialog.close();
  else focusFirst(body);
}

function close(): void {
  const dialog = drawer();
  if (!dialog?.open) return;
  asked += 1;
  htmx.trigger('#drawer-body', 'htmx:abort');
  forget(dialog);
  dialog.close();
  find('#drawer-body')?.replaceChildren();
}

async function tryToClose(): Promise<void> {
  const dialog = drawer();
  if (dialog && (await mayLeave(dialog))) close();
}

function closeFrom(button: HTMLElement): void {
  const dialog = button.closest('dialog');
  if (dialog === drawer() && dialog) void tryToClose();
  else if (dialog) dialog.close();
  else history.back();
}

export function start(): void {
  on('click', 'a[data-drawer]', (event, link) => {
    if (!isPlainClick(event) || !drawer()) return;
    event.preventDefault();
    find<HTMLDialogElement>('#palette')?.close();
    void openDrawer((link as HTMLAnchorElement).href);
  });
  on('click', '[data-close]', (_event, button) => closeFrom(button));
  on('click', 'dialog', (event, dialog) => {
    // Only the backdrop is the dialog itself: whatever stands inside is an element of its own.
    if (event.target !== dialog || dialog.id === 'confirm') return;
    const box = dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right
      && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) closeFrom(dialog);
  });
  on('keydown', '#drawer', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || isComposing(event)) return;
    event.preventDefault();
    void tryToClose();
  });
  document.addEventListener('drawer-close', close);
}
