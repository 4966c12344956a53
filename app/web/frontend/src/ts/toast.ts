/** Short messages at the page's foot. They go by themselves, not while somebody is reading or may undo. */
import { all, find, icon, on, onContent, word } from './dom';

const STAYS = 6000;
const STAYS_WITH_UNDO = 12000;
const ICONS: Record<string, string> = { good: 'circle-check', bad: 'alert-circle', warn: 'alert-triangle' };
const MOST = 3; // Messages at once: what is older has been seen.
const timed = new WeakSet<Element>();

/** Lift the messages over an open dialog, which covers everything that is not in the top layer too. */
function lift(box: HTMLElement): void {
  if (!find('dialog[open]')) return;
  box.popover = 'manual';
  if (box.matches(':popover-open')) box.hidePopover();
  box.showPopover();
}

function leave(message: HTMLElement): void {
  if (isInUse(message)) {
    setTimeout(() => leave(message), 1500);
    return;
  }
  message.remove();
}

/** Whether somebody reads a message, or takes back what it tells. */
function isInUse(message: Element): boolean {
  return message.matches(':hover, :focus-within') || find('.htmx-request', message) !== null;
}

/** Drop messages that a later answer has made obsolete; what can be undone stays. */
export function clearToasts(kept: Element[] = []): void {
  for (const message of all('#toasts [data-toast]')) {
    if (!kept.includes(message) && !isInUse(message) && !find('form, [data-drawer]', message)) message.remove();
  }
}

/** An error is not read beside earlier successes, and no more than a few messages stand at once. */
function makeRoom(box: HTMLElement, fresh: HTMLElement[]): void {
  if (fresh.some((message) => message.matches('.toast-bad'))) clearToasts(fresh);
  const messages = all('[data-toast]', box);
  for (const message of messages.slice(0, Math.max(0, messages.length - MOST))) {
    if (!isInUse(message)) message.remove();
  }
}

function watch(): void {
  const box = find('#toasts');
  if (!box) return;
  const fresh = all('[data-toast]', box).filter((message) => !timed.has(message));
  for (const message of fresh) {
    timed.add(message);
    setTimeout(() => leave(message), find('form, [data-drawer]', message) ? STAYS_WITH_UNDO : STAYS);
  }
  if (fresh.length === 0) return;
  makeRoom(box, fresh);
  lift(box);
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
  on('click', '[data-toast-close], [data-toast] [data-drawer]', (_event, button) => {
    // What opens the drawer is read by its own module first.
    setTimeout(() => button.closest('[data-toast]')?.remove());
  });
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
