/** “Use this one” beside a record that may be the same: what was typed goes along, as it stands at the press. */
import { all, find, on } from './dom';

const LONGEST = 200; // Characters of a value in the address; a longer one is put in its field afterwards.

/** What the form holds of the fields that the record lacks, by their names. */
function taken(link: HTMLAnchorElement, form: HTMLFormElement): Map<string, string[]> {
  const typed = new FormData(form);
  const lacking = (link.dataset.takes ?? '').split(' ').filter(Boolean);
  const texts = lacking.map((name) => [name, typed.getAll(name).map(String)] as const);
  return new Map(texts.filter(([, values]) => values.some((text) => text.trim() !== '')));
}

function addressWith(values: Map<string, string[]>, link: HTMLAnchorElement): string {
  const address = new URL(link.href);
  const next = address.searchParams.get('next');
  address.search = '';
  for (const [name, texts] of values) for (const text of texts) address.searchParams.append(name, text.slice(0, LONGEST));
  if (next) address.searchParams.set('next', next);
  return address.href;
}

/** The form of the record holds what was taken over, in sight and not to be left unasked. */
function show(form: HTMLFormElement, values: Map<string, string[]>): void {
  form.dataset.dirty = '';
  for (const [name, texts] of values) {
    const fields = all<HTMLInputElement | HTMLTextAreaElement>(`[name="${CSS.escape(name)}"]`, form);
    fields.at(0)?.closest('details')?.setAttribute('open', '');
    texts.forEach((text, i) => {
      const field = fields[i];
      if (!field || text.length <= LONGEST) return;
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
  }
}

export function start(): void {
  let awaited: { path: string; values: Map<string, string[]> } | null = null;
  // Before the drawer reads the address of the link.
  on('click', 'a[data-takes]', (_event, element) => {
    const link = element as HTMLAnchorElement;
    const form = link.closest('form');
    if (!form) return;
    const values = taken(link, form);
    link.href = addressWith(values, link);
    awaited = values.size ? { path: link.pathname, values } : null;
  }, true);
  document.addEventListener('htmx:after:swap', () => {
    const form = awaited && find<HTMLFormElement>(`#drawer form[action="${CSS.escape(awaited.path)}"]`);
    if (!awaited || !form) return;
    show(form, awaited.values);
    awaited = null;
  });
}
