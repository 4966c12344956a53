/** Signing up: guesses that save typing, a password that survives a refusal, and the first visit of a workspace. */
import { find, on } from './dom';

const input = (id: string): HTMLInputElement | null => find<HTMLInputElement>(`#${id}`);

/** The zone of this device, where the list has it. */
function guessZone(): void {
  const zones = find<HTMLSelectElement>('select[data-guess-zone]');
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zones && [...zones.options].some((one) => one.value === here)) zones.value = here;
}

/** An address made of the firm's name, as long as nobody has typed one. */
let typedSlug = false;
async function suggest(): Promise<void> {
  const [firm, slug] = [input('firm'), input('slug')];
  if (!firm?.value.trim() || !slug || (typedSlug && slug.value)) return;
  const answer = await fetch(`/signup/suggestion?firm=${encodeURIComponent(firm.value)}`);
  if (!answer.ok) return;
  const { slug: suggested } = (await answer.json()) as { slug: string };
  if (!suggested || (typedSlug && slug.value)) return;
  slug.value = suggested;
  slug.dispatchEvent(new Event('input', { bubbles: true }));
  typedSlug = false;
}

/** What comes back from the server has no password; the one that was typed is put in again. */
let password = '';
function keepPassword(): void {
  const field = input('password');
  if (field && !field.value && field.getAttribute('aria-invalid') !== 'true') field.value = password;
  find<HTMLElement>('#signup-form [aria-invalid="true"]')?.focus();
}

function arrive(form: HTMLFormElement): void {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, '', location.pathname);
  (form.elements.namedItem('code') as HTMLInputElement).value = code;
  form.submit();
}

/** The workspace is another host, which no answer to a form may lead to: the page goes there by itself. */
function go(): void {
  const link = find<HTMLAnchorElement>('a[data-go]');
  if (link) location.assign(link.href);
}

export function start(): void {
  const arriving = find<HTMLFormElement>('form[data-welcome]');
  if (arriving) arrive(arriving);
  guessZone();
  if (input('slug')?.value) typedSlug = true;
  on('change', '#firm', () => void suggest());
  on('input', '#slug', (event) => {
    if (event.isTrusted) typedSlug = true;
  });
  on('input', '#password', (_event, field) => {
    password = (field as HTMLInputElement).value;
  });
  document.addEventListener('htmx:after:swap', () => {
    if (find('[data-signup]')) keepPassword();
    go();
  });
  go();
}
