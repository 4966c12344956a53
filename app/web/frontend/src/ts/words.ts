/** What is typed into a list's search reaches its other links too: they were made before it was typed. */
import { all, find, on } from './dom';

const LINKS = '#filters a[href], #sort-menu a[href], #lens-fields a[href]';
const PLACE = new Set(['view', 'at', 'q']);

/** Give a link of the list the words; one that names a saved view alone is made to say all that the list shows. */
function carry(link: HTMLAnchorElement, form: HTMLFormElement, words: string): void {
  const address = new URL(link.href);
  const asked = address.searchParams;
  if (words && asked.has('view') && [...asked.keys()].every((name) => PLACE.has(name))) {
    for (const [name, value] of new FormData(form)) {
      if (typeof value === 'string' && value && !asked.has(name)) asked.set(name, value);
    }
  }
  if (words) asked.set('q', words);
  else asked.delete('q');
  link.href = address.pathname + address.search;
}

export function start(): void {
  on('input', '#filters input[name=q]', (_event, box) => {
    const form = find<HTMLFormElement>('#filters');
    if (!form || !(box instanceof HTMLInputElement)) return;
    for (const link of all<HTMLAnchorElement>(LINKS)) carry(link, form, box.value.trim());
  });
}
