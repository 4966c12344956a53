/** The saved views over a list: their numbers, counted once the page stands, and how the list differs from its view. */
import htmx from 'htmx.org';
import { all, find, onContent } from './dom';

let counted = '';

/** Write the numbers beside the views; without an answer they stay without. */
async function count(address: string): Promise<void> {
  const answer = await fetch(address, { headers: { Accept: 'application/json' } });
  if (!answer.ok) return;
  const numbers = (await answer.json()) as Record<string, string>;
  for (const place of all('[data-view-count]')) place.textContent = numbers[place.dataset.viewCount ?? ''] ?? '';
}

/** The rows know whether the list still is its view; the place that tells it stands above them. */
function tell(): void {
  const told = find<HTMLTemplateElement>('#list template[data-view-state]');
  const place = find('#view-state');
  if (!told || !place || place.dataset.told === told.innerHTML) return;
  place.dataset.told = told.innerHTML;
  place.replaceChildren(told.content.cloneNode(true));
  htmx.process(place);
}

export function start(): void {
  // Where the tabs are wider than the screen, the open one is in sight.
  find('.views [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  onContent(() => {
    tell();
    const address = find('[data-view-counts]')?.dataset.viewCounts;
    if (!address || counted === address) return;
    counted = address;
    void count(address);
  });
  document.addEventListener('records-changed', () => {
    counted = '';
  });
}
