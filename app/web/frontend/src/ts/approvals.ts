/** The inbox of approvals by keyboard: j and k go from one to the next, a approves it, r asks why it is rejected. */
import { all, find, isComposing, isMod, isTyping } from './dom';

function current(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('[data-approval]') ?? null;
}

function go(step: number): void {
  const items = all('[data-approval]');
  const here = current();
  const at = here ? items.indexOf(here) + step : 0;
  items[Math.min(Math.max(at, 0), items.length - 1)]?.focus();
}

function reject(item: HTMLElement): void {
  const details = find<HTMLDetailsElement>('details:has([data-reject])', item);
  if (details) details.open = true; // Which brings the focus with it.
  else find<HTMLTextAreaElement>('textarea', item)?.focus();
}

export function start(): void {
  document.addEventListener(
    'toggle',
    (event) => {
      const details = event.target as HTMLDetailsElement;
      if (details.open && find('[data-reject]', details)) find<HTMLTextAreaElement>('textarea', details)?.focus();
    },
    true,
  );
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isComposing(event) || isMod(event) || event.altKey || isTyping()) return;
    if (find('dialog[open], [popover]:popover-open:not(#toasts)')) return;
    const item = current() ?? find('[data-approval]');
    if (!item) return;
    if (event.key === 'j') go(1);
    else if (event.key === 'k') go(-1);
    else if (event.key === 'a') find('[data-approve]', item)?.click();
    else if (event.key === 'r') reject(item);
    else return;
    event.preventDefault();
  });
}
