/** Forms: where the focus goes, and the keys that send them. */
import htmx from 'htmx.org';
import { all, find, isComposing, isMod, on } from './dom';

/** Focus the first control with an error, else the first one. */
export function focusFirst(root: ParentNode): void {
  const usable = ':is(input, select, textarea):not([type=hidden], [hidden], :disabled)';
  const control = find(`[aria-invalid="true"]${usable}`, root)
    ?? find(`[autofocus]${usable}`, root)
    ?? find(`.drawer-fields ${usable}`, root)
    ?? find(usable, root);
  control?.focus();
}

function send(event: KeyboardEvent, form: HTMLFormElement): void {
  if (event.key !== 'Enter' || !isMod(event) || isComposing(event)) return;
  const again = event.shiftKey ? find<HTMLButtonElement>('button[name=again]', form) : null;
  if (event.shiftKey && !again) return;
  event.preventDefault();
  form.requestSubmit(again ?? find<HTMLButtonElement>('.btn-primary:not([type=button])', form));
}

/** A form that was refused and then taken begins anew: without what stood against it and what was typed then. */
function forgetRefusal(form: HTMLFormElement): void {
  if (!find('.error', form)) return;
  for (const told of all('.error', form)) told.remove();
  for (const control of all('[aria-invalid]', form)) {
    control.removeAttribute('aria-invalid');
    control.removeAttribute('aria-describedby');
  }
  for (const area of all<HTMLTextAreaElement>('textarea', form)) area.defaultValue = '';
  for (const input of all<HTMLInputElement>('input:not([type=hidden], [type=radio], [type=checkbox])', form)) input.defaultValue = '';
}

export function start(): void {
  on('keydown', 'form', (event, form) => send(event, form as HTMLFormElement));
  htmx.on('htmx:after:swap', (event) => {
    const { ctx } = event.detail;
    const record = find('#drawer[open] .record-form') ?? find('.form-page .record-form');
    const sentRecord = ctx.sourceElement?.matches?.('.record-form');
    if (ctx.response?.status === 422) {
      find('[aria-invalid="true"]')?.focus();
    } else if (sentRecord && record) {
      focusFirst(record);
    }
  });
  htmx.on('htmx:after:request', (event) => {
    const { sourceElement, response } = event.detail.ctx;
    const done = (response?.status ?? 500) < 400;
    if (!done || !(sourceElement instanceof HTMLFormElement) || !sourceElement.hasAttribute('data-reset')) return;
    forgetRefusal(sourceElement);
    sourceElement.reset();
    sourceElement.dispatchEvent(new Event('zuke:reset', { bubbles: true }));
  });
  // A page that comes back refused shows where.
  find('main [aria-invalid="true"]')?.focus();
}
