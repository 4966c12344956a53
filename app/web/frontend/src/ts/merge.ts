/**
 * Merging: whoever chooses another record to stay takes its values with it, where it has some. What the person chose
 * for a field by themselves stays, also on a page that came back with what stands against it.
 */
import { all, on } from './dom';

const CHOSEN = 'data-merge-chosen'; // On the row of a field.

function follow(keep: HTMLInputElement): void {
  const form = keep.closest('form');
  if (!form) return;
  for (const box of all<HTMLInputElement>(`tbody tr:not([${CHOSEN}]) input[type=radio]`, form)) {
    const hasValue = box.dataset.empty === undefined && !box.disabled;
    if (box.value === keep.value && hasValue && !isUnited(form, box.name)) box.checked = true;
  }
}

/** What is taken from all of them stays so. */
function isUnited(form: HTMLFormElement, name: string): boolean {
  const group = form.elements.namedItem(name);
  return group instanceof RadioNodeList && group.value === 'all';
}

/** The choice in a row is the person's own from now on; one that is clicked as it stands is meant as well. */
function remember(box: Element): void {
  box.closest('tr')?.setAttribute(CHOSEN, '');
}

export function start(): void {
  on('change', '[data-merge-keep]', (_event, keep) => follow(keep as HTMLInputElement));
  on('click', '[data-merge] tbody input[type=radio]', (_event, box) => remember(box));
  on('change', '[data-merge] tbody input[type=radio]', (_event, box) => remember(box));
}
