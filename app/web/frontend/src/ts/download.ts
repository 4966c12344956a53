/** A form that answers with a file (`data-download`): it is saved, and what stands against it is shown in its place. */
import { find, on, word } from './dom';
import { toast } from './toast';

// The second holds ASCII alone and stands first: it counts where the first is not given.
const NAME = /filename\*=UTF-8''([^;]+)/i;
const PLAIN_NAME = /filename="?([^";]+)"?/i;

/** The name that the server gave the file. */
function nameOf(answer: Response): string {
  const told = answer.headers.get('Content-Disposition') ?? '';
  const name = NAME.exec(told)?.[1];
  return name ? decodeURIComponent(name) : PLAIN_NAME.exec(told)?.[1] ?? 'export';
}

async function keep(answer: Response): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = nameOf(answer);
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The form as the server sent it back, with what stands against it. */
function replace(form: HTMLFormElement, html: string): void {
  const sent = new DOMParser().parseFromString(html, 'text/html').querySelector('form');
  if (!sent) {
    toast(word('failed'), 'bad');
    return;
  }
  form.replaceWith(sent);
  find('.alert', sent)?.scrollIntoView({ block: 'nearest' });
}

async function send(form: HTMLFormElement): Promise<void> {
  const answer = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { 'HX-Request': 'true' } });
  const elsewhere = answer.headers.get('HX-Redirect');
  if (elsewhere) location.assign(elsewhere);
  else if (answer.status === 401) location.reload();
  else if (answer.headers.get('Content-Disposition')) {
    await keep(answer);
    document.dispatchEvent(new CustomEvent('drawer-close'));
  } else replace(form, await answer.text());
}

async function press(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  if (form.dataset.sending !== undefined) return;
  form.dataset.sending = '';
  button?.classList.add('is-busy');
  try {
    await send(form);
  } catch {
    toast(word('offline'), 'bad');
  } finally {
    delete form.dataset.sending;
    button?.classList.remove('is-busy');
  }
}

export function start(): void {
  // Before what watches for forms that leave the page: this one stays.
  on('submit', 'form[data-download]', (event, form) => {
    event.preventDefault();
    void press(form as HTMLFormElement, event.submitter);
  }, true);
}
