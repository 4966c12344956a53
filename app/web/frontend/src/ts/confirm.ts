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

/** What a form sends, and where. */
interface Errand {
  action: string;
  method: string;
  values: [string, FormDataEntryValue][];
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

/** What the form of an element would send now; a page that renews itself may replace it while its question is open. */
function errandOf(element: HTMLElement, submitter: HTMLElement | null): Errand | null {
  const form = element instanceof HTMLFormElement ? element : element instanceof HTMLButtonElement ? element.form : null;
  if (!form) return null;
  const button = submitter instanceof HTMLButtonElement && submitter.type === 'submit' && submitter.form === form ? submitter : null;
  const action = button?.hasAttribute('formaction') ? button.formAction : form.action;
  return { action, method: form.method, values: [...new FormData(form, button)] };
}

/** Whether both would do the same; the token is another one each time that the page is made. */
function isSame(one: Errand | null, other: Errand | null): boolean {
  const told = (errand: Errand | null): string =>
    JSON.stringify(errand && { ...errand, values: errand.values.filter(([name]) => name !== 'csrf_token') });
  return told(one) === told(other);
}

/** Send what was asked about by a form of its own: the one that it stood in is gone. */
function run(errand: Errand): void {
  const form = document.createElement('form');
  form.hidden = true;
  form.action = errand.action;
  form.method = errand.method;
  for (const [name, value] of errand.values) {
    if (typeof value !== 'string') continue;
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.requestSubmit();
}

/**
 * Hold the event back until the question is answered, then let it happen again. What was asked about is what happens,
 * also when the page has meanwhile replaced the button, or made it one for something else.
 */
async function hold(event: Event, element: HTMLElement, submitter: HTMLElement | null, again: () => void): Promise<void> {
  if (agreed.delete(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (asking.has(element)) return;
  const errand = errandOf(element, submitter);
  const question = { ...element.dataset };
  asking.add(element);
  const text = await told(element).finally(() => asking.delete(element));
  const yes = await ask({
    title: question.confirm ?? '',
    text,
    yes: question.confirmYes ?? word('goOn'),
    no: question.confirmNo,
  });
  if (!yes) return;
  if (errand && !(element.isConnected && isSame(errand, errandOf(element, submitter)))) {
    run(errand);
    return;
  }
  agreed.add(element);
  again();
}

export function start(): void {
  on('click', '[data-confirm]:not(form)', (event, element) => {
    void hold(event, element, element, () => element.click());
  }, true);
  on('submit', 'form[data-confirm]', (event, form) => {
    const { submitter } = event as SubmitEvent;
    void hold(event, form, submitter, () => (form as HTMLFormElement).requestSubmit(submitter));
  }, true);
}
