/** A date with its time of day: without a time it means the whole day, as the tick beside them says. */
import { find, on } from './dom';

interface Parts {
  date: HTMLInputElement;
  time: HTMLInputElement;
  whole: HTMLInputElement;
}

const USUAL = '09:00'; // Of what was a whole day and gets an hour.

function partsOf(element: Element): Parts | null {
  const group = element.closest('[data-moment]');
  const date = group && find<HTMLInputElement>('[type=date]', group);
  const time = group && find<HTMLInputElement>('[type=time]', group);
  const whole = group && find<HTMLInputElement>('[data-whole]', group);
  return date && time && whole ? { date, time, whole } : null;
}

/** Put a moment (2026-11-24T09:30) or a day (2026-11-24) into a control, which may be of one part or of several. */
export function fill(input: HTMLInputElement, value: string): void {
  const parts = partsOf(input);
  const [day = '', clock = ''] = value.split('T');
  input.value = parts ? day : value;
  if (parts) parts.time.value = clock;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

export function start(): void {
  on('input', '[data-moment] :is([type=date], [type=time])', (_event, input) => {
    const parts = partsOf(input);
    if (parts) parts.whole.checked = parts.date.value !== '' && parts.time.value === '';
  });
  on('change', '[data-whole]', (_event, box) => {
    const parts = partsOf(box);
    if (!parts) return;
    const { time, whole } = parts;
    if (whole.checked) time.dataset.before = time.value;
    time.value = whole.checked ? '' : time.dataset.before || USUAL;
  });
}
