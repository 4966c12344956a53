/** Merging: whoever chooses another record to stay takes its values with it, where it has some. */
import { all, on } from './dom';

function follow(keep: HTMLInputElement): void {
  const form = keep.closest('form');
  if (!form) return;
  for (const box of all<HTMLInputElement>('tbody input[type=radio]', form)) {
    const hasValue = box.dataset.empty === undefined && !box.disabled;
    if (box.value === keep.value && hasValue && !isUnited(form, box.name)) box.checked = true;
  }
}

/** What is taken from all of them stays so. */
function isUnited(form: HTMLFormElement, name: string): boolean {
  const group = form.elements.namedItem(name);
  return group instanceof RadioNodeList && group.value === 'all';
}

export function start(): void {
  on('change', '[data-merge-keep]', (_event, keep) => follow(keep as HTMLInputElement));
}
