/** Giving a file to be imported: by dragging it anywhere onto the page, by choosing, or by pasting rows; and its columns. */
import { all, find, on } from './dom';

const FORM = 'form[data-import-give]';

function giving(): HTMLFormElement | null {
  return find<HTMLFormElement>(FORM);
}

function send(form: HTMLFormElement): void {
  const chosen = find<HTMLInputElement>('input[type="file"]', form)?.files?.[0];
  const told = find('[data-import-chosen]', form);
  if (!chosen) return;
  if (told) {
    told.textContent = chosen.name;
    told.hidden = false;
  }
  form.requestSubmit();
}

function drop(event: DragEvent, form: HTMLFormElement): void {
  const files = event.dataTransfer?.files;
  const input = find<HTMLInputElement>('input[type="file"]', form);
  if (!files?.length || !input) return;
  event.preventDefault();
  input.files = files;
  send(form);
}

/** Rows of a spreadsheet, pasted where nothing is being typed. */
function paste(event: ClipboardEvent, form: HTMLFormElement): void {
  const text = event.clipboardData?.getData('text/plain') ?? '';
  const box = find<HTMLTextAreaElement>('textarea[name="pasted"]', form);
  const typing = (event.target as HTMLElement | null)?.closest('input, textarea, [contenteditable]');
  if (!box || typing || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  box.closest('details')?.setAttribute('open', '');
  box.value = text;
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.focus();
}

/** What somebody opened to look at stays open when the page is worked out anew. */
function keepOpen(): void {
  const opened = new Set<string>();
  document.addEventListener('toggle', (event) => {
    const details = event.target as HTMLDetailsElement;
    if (!details.id || !details.closest('[data-import-form]')) return;
    if (details.open) opened.add(details.id);
    else opened.delete(details.id);
  }, true);
  document.addEventListener('htmx:before:swap', () => {
    const shown = new Set(opened);
    document.addEventListener('htmx:after:swap', () => {
      for (const one of all<HTMLDetailsElement>('[data-import-form] details[id]')) if (shown.has(one.id)) one.open = true;
    }, { once: true });
  });
}

export function start(): void {
  keepOpen();
  on('change', `${FORM} input[type="file"]`, (_event, input) => {
    const form = input.closest('form');
    if (form) send(form);
  });
  document.addEventListener('dragover', (event) => {
    const form = giving();
    if (!form || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    find('.import-drop', form)?.classList.add('is-over');
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) find('.import-drop')?.classList.remove('is-over');
  });
  document.addEventListener('drop', (event) => {
    const form = giving();
    if (form) drop(event, form);
  });
  document.addEventListener('paste', (event) => {
    const form = giving();
    if (form) paste(event, form);
  });
}
