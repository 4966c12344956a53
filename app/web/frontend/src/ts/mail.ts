/** The form of a mail: signs put around words, addresses found by name, pictures from afar when asked for. */
import { find, on, word } from './dom';
import { toast } from './toast';

/** What stands for a press of each button: before and after the words, or before each of their lines. */
function mark(area: HTMLTextAreaElement, sign: string): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const words = value.slice(start, end);
  let text = `${sign}${words}${sign}`;
  let at = start + sign.length;
  if (sign === '- ') {
    const fresh = start === 0 || value[start - 1] === '\n' ? '' : '\n';
    text = fresh + words.split('\n').map((line) => sign + line).join('\n');
    at = start + text.length - words.length;
  } else if (sign === '[]') {
    text = /^https?:\/\/\S+$/.test(words) ? `[](${words})` : `[${words}](https://)`;
    at = words && !text.startsWith('[]') ? start + text.length - 1 : start + 1;
    area.setRangeText(text, start, end, 'end');
    area.setSelectionRange(at, at);
    tell(area);
    return;
  }
  area.setRangeText(text, start, end, 'end');
  area.setSelectionRange(at, at + (sign === '- ' ? 0 : words.length));
  tell(area);
}

function tell(area: HTMLElement): void {
  area.focus();
  area.dispatchEvent(new Event('input', { bubbles: true }));
}

/** A chosen address goes to the end of its line, and the box is free for the next. */
function add(select: HTMLSelectElement): void {
  const line = document.getElementById(select.dataset.addTo ?? '');
  if (!select.value || !(line instanceof HTMLInputElement)) return;
  const address = select.value;
  const standing = line.value.trim().replace(/[,;]$/, '');
  if (!standing.toLowerCase().includes(address.toLowerCase())) line.value = standing ? `${standing}, ${address}` : address;
  line.dispatchEvent(new Event('input', { bubbles: true }));
  find<HTMLButtonElement>('.lookup-clear', select.closest('.lookup') ?? document)?.click();
}

interface Filled { subject: string; body: string; note: string }

/** A template goes where the caret stands, and gives a mail without a subject its own. */
async function take(select: HTMLSelectElement): Promise<void> {
  const { mailTemplate = '', language = '', subject = '', body = '' } = select.dataset;
  const [line, area] = [document.getElementById(subject), document.getElementById(body)];
  if (!select.value || !(line instanceof HTMLInputElement) || !(area instanceof HTMLTextAreaElement)) return;
  const tongue = find<HTMLSelectElement>(`#${CSS.escape(language)}`)?.value ?? '';
  const answer = await fetch(`${mailTemplate}${select.value}?language=${tongue}`, { headers: { Accept: 'application/json' } });
  select.value = '';
  if (!answer.ok) {
    toast(word('failed'), 'bad');
    return;
  }
  const filled = await answer.json() as Filled;
  if (!line.value.trim() && filled.subject) {
    line.value = filled.subject;
    line.dispatchEvent(new Event('input', { bubbles: true }));
  }
  area.setRangeText(filled.body, area.selectionStart, area.selectionEnd, 'end');
  tell(area);
  if (filled.note) toast(filled.note, 'warn');
}

export function start(): void {
  on('change', 'select[data-mail-template]', (_event, select) => void take(select as HTMLSelectElement));
  on('click', '[data-mark]', (_event, button) => {
    const area = document.getElementById(button.dataset.markIn ?? '');
    if (area instanceof HTMLTextAreaElement) mark(area, button.dataset.mark ?? '');
  });
  on('change', 'select[data-add-to]', (_event, select) => add(select as HTMLSelectElement));
  on('click', '[data-mail-pictures]', (event, link) => {
    const frame = find<HTMLIFrameElement>('[data-mail-frame]', link.closest('.mail-page') ?? document);
    if (!frame) return;
    event.preventDefault();
    frame.src = (link as HTMLAnchorElement).href;
    link.closest('p')?.remove();
  });
}
