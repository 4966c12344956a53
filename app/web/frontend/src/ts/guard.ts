/** Keeps what was typed but not saved from being lost: forms with `data-guard`. */
import htmx from 'htmx.org';
import { ask } from './confirm';
import { all, find, on, word } from './dom';

export function isDirty(root: ParentNode): boolean {
  return find('form[data-guard][data-dirty]', root) !== null;
}

/** Forget that the forms inside have changes. */
export function forget(root: ParentNode): void {
  for (const form of all('form[data-dirty]', root)) delete form.dataset.dirty;
}

/** True when nothing would be lost, or the reader says that it may be. */
export async function mayLeave(root: ParentNode): Promise<boolean> {
  if (!isDirty(root)) return true;
  const leave = await ask({
    title: word('discard'), text: word('discardText'), yes: word('discardYes'), no: word('keep'), careful: true,
  });
  if (leave) forget(root);
  return leave;
}

export function start(): void {
  const mark = (_event: Event, form: HTMLElement) => { form.dataset.dirty = ''; };
  on('input', 'form[data-guard]', mark);
  on('change', 'form[data-guard]', mark);
  on('submit', 'form[data-guard]', (_event, form) => { delete form.dataset.dirty; });
  htmx.on('htmx:after:swap', (event) => {
    const { ctx } = event.detail;
    if (![402, 422, 507].includes(ctx.response?.status ?? 0)) return;
    for (const form of all('form[data-guard]:has([aria-invalid="true"], .alert-bad)')) form.dataset.dirty = '';
  });
  htmx.on('htmx:finally:request', (event) => {
    const { sourceElement, response } = event.detail.ctx;
    const failed = !response || response.status >= 400;
    if (failed && sourceElement instanceof HTMLFormElement && sourceElement.hasAttribute('data-guard')) {
      sourceElement.dataset.dirty = '';
    }
  });
  addEventListener('beforeunload', (event) => {
    if (isDirty(document)) event.preventDefault();
  });
}
