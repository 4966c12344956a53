/** Fields that do a little more: a text that grows, a password that can be shown, a usual value at one press, amounts beside their currency. */
import { all, find, on, onContent } from './dom';
import { fill } from './moment';

/** Make the box as high as its words. */
function grow(area: HTMLElement): void {
  if (area.offsetParent === null) return;
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight + 2}px`;
}

function growAll(root: ParentNode = document): void {
  for (const area of all('textarea[data-grow]', root)) grow(area);
}

export function start(): void {
  on('input', 'textarea[data-grow]', (_event, area) => grow(area));
  document.addEventListener('zuke:reset', (event) => growAll(event.target as HTMLElement));
  document.addEventListener('zuke:shown', (event) => growAll(event.target as HTMLElement));
  onContent(() => growAll());
  on('change', 'select[name=currency]', (_event, chosen) => {
    for (const unit of all('[data-unit]', chosen.closest('form') ?? document)) unit.textContent = (chosen as HTMLSelectElement).value;
  });
  on('click', '[data-fill]', (_event, button) => {
    const input = document.getElementById(button.dataset.fill ?? '');
    if (!(input instanceof HTMLInputElement)) return;
    fill(input, button.dataset.value ?? '');
    input.focus();
  });
  on('click', '[data-reveal]', (_event, button) => {
    const input = find<HTMLInputElement>('input', button.parentElement ?? document);
    if (!input) return;
    const shown = input.type === 'password';
    input.type = shown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(shown));
    const use = find<SVGUseElement>('use', button);
    const href = use?.getAttribute('href') ?? '';
    use?.setAttribute('href', href.replace(/#.*/, shown ? '#eye-off' : '#eye'));
  });
}
