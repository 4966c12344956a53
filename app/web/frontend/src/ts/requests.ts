/** What goes with every htmx request, and what becomes of answers that are not the wished one. */
import htmx, { type HtmxRequestCtx } from 'htmx.org';
import { all, find, word } from './dom';
import { clearToasts, toast } from './toast';

const WORDS: Record<number, string> = { 403: 'forbidden', 404: 'gone', 409: 'conflict', 412: 'conflict' };

const COMES_BACK = [402, 409, 507];

function leadsToSignIn(ctx: HtmxRequestCtx): boolean {
  const answer = ctx.response?.raw;
  if (!answer) return false;
  return answer.status === 401 || (answer.redirected && new URL(answer.url).pathname === '/login');
}

/** The form that a refusal brings anew: the one that was sent, also by a button of it with an address of its own. */
function refusedForm(ctx: HtmxRequestCtx): HTMLFormElement | null {
  const { sourceElement, text } = ctx;
  if (sourceElement instanceof HTMLFormElement) return sourceElement;
  const form = sourceElement instanceof HTMLButtonElement ? sourceElement.form : null;
  return form?.id && text?.includes(`id="${form.id}"`) ? form : null;
}

/** A refused form comes back in its own place; any other failure changes nothing and says so. */
function settle(event: CustomEvent<{ ctx: HtmxRequestCtx }>): void {
  const { ctx } = event.detail;
  const status = ctx.response?.status ?? 0;
  // What asked may have been replaced by a faster answer: the messages that this one brings are shown all the same.
  if (ctx.target && !ctx.target.isConnected) {
    ctx.target = document.body;
    ctx.swap = 'none';
  }
  if (leadsToSignIn(ctx)) {
    event.preventDefault();
    location.reload();
    return;
  }
  if (status < 400) return;
  // A form that came second (409) comes back as well, with the other person's change beside the fields; and one for
  // which the plan (402) or the files (507) have no room, with what can be done.
  const isForm = status === 422 || (COMES_BACK.includes(status) && ctx.text?.includes('<form'));
  const form = isForm ? refusedForm(ctx) : null;
  if (form) {
    ctx.target = form;
    ctx.swap = 'outerHTML';
    clearToasts();
    return;
  }
  // A record that is not there says so where it would stand.
  if (status === 404 && ctx.text?.includes('data-peek-rest')) return;
  ctx.swap = 'none';
  if (!ctx.text?.includes('id="toasts"')) toast(word(WORDS[status] ?? 'failed'), 'bad');
}

/** A form under way is not sent a second time: on a slow line two presses would make two records. */
function sendOnce(event: CustomEvent<{ ctx: HtmxRequestCtx }>): void {
  const { sourceElement, request } = event.detail.ctx;
  const isUnderWay = sourceElement instanceof HTMLFormElement && sourceElement.matches('.htmx-request');
  if (isUnderWay && request.method !== 'GET' && !sourceElement.dataset.hxSync) event.preventDefault();
}

/**
 * htmx copies the style of a replaced element to its successor as an attribute, which the page's policy forbids. What is
 * morphed stays the same element, and keeps the place that a script gave it: an open menu stands where it was opened.
 */
function dropStyles(event: CustomEvent<{ tasks: { target: unknown; swapSpec?: { style?: string } }[] }>): void {
  for (const { target, swapSpec } of event.detail.tasks) {
    if (swapSpec?.style?.endsWith('Morph')) continue;
    if (target instanceof Element) for (const element of all('[style]', target)) element.removeAttribute('style');
  }
}

export function start(): void {
  const token = find<HTMLMetaElement>('meta[name=csrf-token]')?.content ?? '';
  htmx.on('htmx:config:request', (event) => {
    event.detail.ctx.request.headers['X-CSRFToken'] = token;
  });
  htmx.on('htmx:config:request', sendOnce);
  htmx.on('htmx:after:request', settle);
  htmx.on('htmx:before:swap', dropStyles);
  htmx.on('htmx:error', (event) => {
    const { ctx } = event.detail;
    if (ctx && !ctx.response) toast(word('offline'), 'bad');
  });
}
