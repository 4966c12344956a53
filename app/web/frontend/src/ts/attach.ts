/** Files that go with what is written: the names of the chosen ones stand below the words, and survive a refusal. */
import htmx from 'htmx.org';
import { all, find, icon, on, word } from './dom';

const FIELD = 'input[type=file][data-attach]';

function put(input: HTMLInputElement, files: File[]): void {
  const held = new DataTransfer();
  for (const file of files) held.items.add(file);
  input.files = held.files;
  list(input);
}

/** The chosen files by name, each with what takes it away again. */
function list(input: HTMLInputElement): void {
  const box = find('[data-attached]', input.form ?? document);
  const files = [...(input.files ?? [])];
  box?.replaceChildren(...files.map((file, place) => {
    const row = document.createElement('li');
    row.className = 'file';
    const remove = document.createElement('button');
    remove.type = 'button';
    remove.className = 'btn btn-icon btn-xs btn-quiet';
    remove.setAttribute('aria-label', `${word('clear')}: ${file.name}`);
    remove.append(icon('x'));
    remove.addEventListener('click', () => put(input, files.filter((_one, other) => other !== place)));
    const name = document.createElement('span');
    name.textContent = file.name;
    row.append(icon('paperclip'), name, remove);
    return row;
  }));
}

/** The name of a chosen file beside the button that chose it, in the place of “No file chosen”. */
function name(input: HTMLInputElement): void {
  const told = find('.file-choice-name', input.parentElement ?? document);
  if (!told) return;
  told.dataset.none ??= told.textContent ?? '';
  told.textContent = input.files?.[0]?.name ?? told.dataset.none;
}

/** Let a form around `place` carry these files too; false where it has no field for them. */
export function take(place: Element, files: File[]): boolean {
  const input = find<HTMLInputElement>(FIELD, place.closest('form') ?? document.createElement('form'));
  if (!input) return false;
  put(input, [...(input.files ?? []), ...files]);
  return true;
}

export function start(): void {
  const chosen = new Map<string, File[]>();
  on('change', '.file-choice-input', (_event, input) => name(input as HTMLInputElement));
  on('change', FIELD, (_event, input) => list(input as HTMLInputElement));
  document.addEventListener('zuke:reset', (event) => {
    for (const input of all<HTMLInputElement>(FIELD, event.target as HTMLElement)) list(input);
  });
  htmx.on('htmx:before:request', (event) => {
    const form = event.detail.ctx.sourceElement;
    const input = form instanceof HTMLFormElement ? find<HTMLInputElement>(FIELD, form) : null;
    if (form?.id && input) chosen.set(form.id, [...(input.files ?? [])]);
  });
  // A form that comes back refused can't bring the files along: the browser still has them.
  htmx.on('htmx:after:swap', (event) => {
    const { ctx } = event.detail;
    const files = chosen.get(ctx.sourceElement?.id ?? '');
    if (![402, 422, 507].includes(ctx.response?.status ?? 0) || !files?.length) return;
    const input = find<HTMLInputElement>(FIELD, document.getElementById(ctx.sourceElement.id) ?? document);
    if (input) put(input, files);
  });
}
