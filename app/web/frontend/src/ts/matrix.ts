/** The rights of a role: sets a whole row or column at once, and walks from cell to cell by Ctrl and an arrow. */
import { all, isMod, on } from './dom';

const STEPS: Record<string, [number, number]> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** Give a cell this reach, or the farthest below it that may be chosen. */
function reach(cell: HTMLSelectElement, wanted: number): void {
  const allowed = [...cell.options].filter((one) => !one.disabled && Number(one.value) <= wanted).map((one) => Number(one.value));
  if (cell.disabled || !allowed.length) return;
  cell.value = String(Math.max(...allowed));
  cell.dispatchEvent(new Event('change', { bubbles: true }));
}

function set(control: HTMLSelectElement): void {
  const what = control.dataset.matrixSet!;
  const place = what === 'row' ? control.closest('tr')! : control.closest('table')!;
  const cells = all<HTMLSelectElement>(what === 'row' ? '[data-verb]' : `[data-verb="${what}"]`, place);
  for (const cell of cells) reach(cell, Number(control.value));
  control.value = '';
}

function walk(event: KeyboardEvent, from: HTMLSelectElement): void {
  const step = STEPS[event.key];
  if (!step || !isMod(event)) return;
  event.preventDefault();
  const rows = all<HTMLTableRowElement>('tr', from.closest('table')!);
  const cell = from.closest<HTMLTableCellElement>('td, th')!;
  let [row, column] = [rows.indexOf(cell.parentElement as HTMLTableRowElement), cell.cellIndex];
  for (;;) {
    [row, column] = [row + step[0], column + step[1]];
    const next = rows[row]?.cells[column];
    if (!next) return;
    const control = next.querySelector<HTMLSelectElement>('select:enabled');
    if (control) return control.focus();
  }
}

export function start(): void {
  on('change', '[data-matrix-set]', (_event, control) => {
    if ((control as HTMLSelectElement).value) set(control as HTMLSelectElement);
  });
  on('change', '.matrix [data-verb]', (_event, cell) => {
    cell.dataset.reach = (cell as HTMLSelectElement).value;
  });
  on('keydown', '.matrix select', (event, from) => walk(event, from as HTMLSelectElement));
}
