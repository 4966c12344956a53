/** Asks before what cannot be taken back: `data-confirm` on a button, a link or a form. */
import { find, on, word } from './dom';

interface Question {
  title: string;
  text?: string;
  yes: string;
  no?: string;
  /** Start at the answer that loses nothing. */
  careful?: boolean;
}

/** Ask in the page's own dialog; resolves to what was answered. */
export function ask(question: Question): Promise<boolean> {
  const dialog = find<HTMLDialogElement>('#confirm');
  if (!dialog) return Promise.resolve(window.confirm(question.title));
  find('#confirm-title', dialog)!.textContent = question.title;
  const text = find('#confirm-text', dialog)!;
  text.textContent = question.text ?? '';
  text.hidden = !question.text;
  const no = find('[data-confirm-no]', dialog)!;
  no.textContent = question.no ?? word('cancel');
  const yes = find('[data-confirm-yes]', dialog)!;
  yes.textContent = question.yes;
  dialog.returnValue = '';
  dialog.showModal();
  (question.careful ? no : yes).focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

const agreed = new WeakSet<Element>();
const asking = new WeakSet<Element>();

/** What the address that the button sends to says of it (`data-confirm-asks`), or the button's own words without an answer. */
async function told(element: HTMLElement): Promise<string | undefined> {
  const { confirmText, confirmAsks } = element.dataset;
  if (confirmAsks === undefined || !(element instanceof HTMLButtonElement)) return confirmText;
  const url = element.hasAttribute('formaction') ? element.formAction : element.form?.getAttribute('action');
  const answer = url ? await fetch(url).catch(() => null) : null;
  const isText = answer?.ok && answer.headers.get('Content-Type')?.startsWith('text/plain');
  return answer && isText ? answer.text() : confirmText;
}

/** Hold the event back until the question is answered, then let it happen again. */
async function hold(event: Event, element: HTMLElement, again: () => void): Promise<void> {
  if (agreed.delete(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (asking.has(element)) return;
  asking.add(element);
  const text = await told(element).finally(() => asking.delete(element));
  const yes = await ask({
    title: element.dataset.confirm ?? '',
    text,
    yes: element.dataset.confirmYes ?? word('goOn'),
  });
  if (!yes) return;
  agreed.add(element);
  again();
}

export function start(): void {
  on('click', '[data-confirm]:not(form)', (event, element) => {
    void hold(event, element, () => element.click());
  }, true);
  on('submit', 'form[data-confirm]', (event, form) => {
    const { submitter } = event as SubmitEvent;
    void hold(event, form, () => (form as HTMLFormElement).requestSubmit(submitter));
  }, true);
}
