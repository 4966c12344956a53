/** Forms: where the focus goes, and the keys that send them. */
import htmx, { type HtmxRequestCtx } from 'htmx.org';
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

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
const isBox = (control: Control): control is HTMLInputElement =>
  control instanceof HTMLInputElement && ['checkbox', 'radio'].includes(control.type);
/** Plain controls: lookups and tags are made by scripts and hold more than their text. */
const controls = (form: HTMLFormElement): Control[] =>
  all<Control>(':is(input:not([type=hidden], [type=file]), select:not([hidden]), textarea)', form)
    .filter((control) => !control.closest('.lookup, .tag-box'));
const standing = (control: Control): string => (isBox(control) ? String(control.checked) : control.value);
const nameOf = (control: Control): string =>
  [control.type, control.id, control.name, isBox(control) ? control.value : ''].join(' ');
const sent = new WeakMap<HTMLFormElement, Map<Control, string>>();

/** What was typed into a form after it was sent is newer than its answer: the controls with what stands in them now. */
function newer(form: HTMLFormElement): [Control, string][] {
  const before = sent.get(form);
  return controls(form).map((one): [Control, string] => [one, standing(one)])
    .filter(([one, text]) => before?.has(one) && before.get(one) !== text);
}

function put(control: Control, text: string): void {
  if (standing(control) === text) return;
  if (isBox(control)) control.checked = text === 'true';
  else control.value = text;
  for (const type of ['input', 'change']) control.dispatchEvent(new Event(type, { bubbles: true }));
}

/** The form that came in place of the one that was sent takes over what was typed meanwhile. */
function carryOver(form: HTMLFormElement, typed: Map<string, string>): void {
  const successor = form.id ? document.getElementById(form.id) : null;
  if (!(successor instanceof HTMLFormElement)) return;
  for (const control of controls(successor)) {
    const text = typed.get(nameOf(control));
    if (text !== undefined) put(control, text);
  }
}

/** Keep what is typed into a form while its answer is on its way: the answer is made from what was sent. */
function follow(): void {
  const typed = new WeakMap<HtmxRequestCtx, Map<string, string>>();
  htmx.on('htmx:before:request', (event) => {
    const form = event.detail.ctx.sourceElement;
    if (form instanceof HTMLFormElement) sent.set(form, new Map(controls(form).map((one) => [one, standing(one)])));
  });
  htmx.on('htmx:after:request', (event) => {
    const { ctx } = event.detail;
    if (!(ctx.sourceElement instanceof HTMLFormElement)) return;
    typed.set(ctx, new Map(newer(ctx.sourceElement).map(([control, text]) => [nameOf(control), text])));
  });
  htmx.on('htmx:after:swap', (event) => {
    const { ctx } = event.detail;
    const kept = typed.get(ctx);
    if (kept && ctx.sourceElement instanceof HTMLFormElement) carryOver(ctx.sourceElement, kept);
  });
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

/** A number for a form, as the server draws them; `crypto.randomUUID` is not there over plain http. */
function number(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function start(): void {
  on('keydown', 'form', (event, form) => send(event, form as HTMLFormElement));
  follow();
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
    const typed = newer(sourceElement);
    forgetRefusal(sourceElement);
    sourceElement.reset();
    sourceElement.dispatchEvent(new Event('zuke:reset', { bubbles: true }));
    for (const [control, text] of typed) put(control, text);
    // What is sent next is another one, also when it says the same.
    for (const input of all<HTMLInputElement>('input[data-anew]', sourceElement)) input.value = number();
  });
  // A page that comes back refused shows where.
  find('main [aria-invalid="true"]')?.focus();
}
