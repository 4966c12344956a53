/** Short messages at the page's foot. They go by themselves, not while somebody is reading or may undo. */
import { all, find, icon, on, onContent, word } from './dom';

const STAYS = 6000;
const STAYS_WITH_UNDO = 12000;
const ICONS: Record<string, string> = { good: 'circle-check', bad: 'alert-circle', warn: 'alert-triangle' };
const timed = new WeakSet<Element>();

/** Lift the messages over an open dialog, which covers everything that is not in the top layer too. */
function lift(box: HTMLElement): void {
  if (!find('dialog[open]')) return;
  box.popover = 'manual';
  if (box.matches(':popover-open')) box.hidePopover();
  box.showPopover();
}

function leave(message: HTMLElement): void {
  if (message.matches(':hover, :focus-within') || find('.htmx-request', message)) {
    setTimeout(() => leave(message), 1500);
    return;
  }
  message.remove();
}

function watch(): void {
  const box = find('#toasts');
  if (!box) return;
  const fresh = all('[data-toast]', box).filter((message) => !timed.has(message));
  for (const message of fresh) {
    timed.add(message);
    setTimeout(() => leave(message), find('form', message) ? STAYS_WITH_UNDO : STAYS);
  }
  if (fresh.length > 0) lift(box);
}

/** Show a message; `kind` is good, info, warn or bad. */
export function toast(text: string, kind = 'info'): void {
  const box = find('#toasts');
  if (!box) return;
  const message = document.createElement('div');
  message.className = `toast toast-${kind}`;
  message.dataset.toast = '';
  const words = document.createElement('span');
  words.className = 'toast-text';
  words.textContent = text;
  const close = document.createElement('button');
  close.className = 'btn btn-icon btn-xs';
  close.type = 'button';
  close.dataset.toastClose = '';
  close.setAttribute('aria-label', word('close'));
  close.append(icon('x'));
  message.append(icon(ICONS[kind] ?? 'info-circle'), words, close);
  box.append(message);
  watch();
}

export function start(): void {
  on('click', '[data-toast-close]', (_event, button) => button.closest('[data-toast]')?.remove());
  on('submit', '[data-toast] form', (_event, form) => {
    // Its answer brings the next message, which htmx drops when the form that asked is gone by then.
    const settled = (event: CustomEvent<{ ctx: { sourceElement: Element } }>) => {
      if (event.detail.ctx.sourceElement !== form) return;
      document.removeEventListener('htmx:finally:request', settled);
      form.closest('[data-toast]')?.remove();
    };
    document.addEventListener('htmx:finally:request', settled);
  });
  onContent(watch);
}
