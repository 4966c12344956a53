/**
 * Fields that appear, must be filled in or are fixed by what stands in others: `data-when` holds the tests. The server judges
 * anew when the form is sent; a field that is out or fixed is not sent, so the record keeps what it has there.
 */
import { all, find, on, onContent } from './dom';

interface Test {
  holds?: boolean;
  field?: string;
  op?: string;
  values?: string[];
  number?: boolean;
}
type Conditions = Partial<Record<'visible' | 'required' | 'readonly', Test[]>>;

/** What stands in a control: of a box the ticked value, which comes after its hidden "no"; of several all. */
function valueOf(form: HTMLFormElement, name: string): string[] {
  const controls = all<HTMLInputElement>(`[name="${CSS.escape(name)}"]`, form);
  const boxes = controls.filter((one) => one.type === 'checkbox');
  if (boxes.length > 0 && boxes.length === controls.length - 1) {
    const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
    return ticked.length > 0 ? ticked : [controls[0]?.value ?? ''].filter(Boolean);
  }
  return controls.slice(-1).map((one) => one.value.trim()).filter(Boolean);
}

const asNumber = (text: string): string => String(Number(text.replace(/[,\s%％]/g, '')));

function holds(test: Test, form: HTMLFormElement): boolean {
  if (test.holds !== undefined) return test.holds;
  const standing = valueOf(form, test.field ?? '');
  if (test.op === 'empty') return standing.length === 0;
  if (test.op === 'filled') return standing.length > 0;
  const plain = test.number ? asNumber : (text: string): string => text;
  const wanted = (test.values ?? []).map(plain);
  const met = standing.some((one) => wanted.includes(plain(one)));
  return test.op === 'ne' ? !met : met;
}

function apply(row: HTMLElement, form: HTMLFormElement): void {
  const when = JSON.parse(row.dataset.when ?? '{}') as Conditions;
  const allHold = (tests: Test[] | undefined, otherwise: boolean): boolean =>
    (tests ? tests.every((test) => holds(test, form)) : otherwise);
  const isOut = !allHold(when.visible, true);
  const isFixed = allHold(when.readonly, false);
  row.classList.toggle('is-out', isOut);
  for (const control of all<HTMLInputElement>('input, select, textarea, button', row)) {
    control.disabled = isOut || isFixed;
  }
  if (!when.required) return;
  const isAsked = allHold(when.required, false);
  const star = find('.required', row);
  if (star) star.hidden = !isAsked;
  const box = find<HTMLInputElement>('.input:not([hidden])', row);
  if (box) box.required = isAsked;
}

function applyAll(root: ParentNode = document): void {
  for (const row of all('[data-when]', root)) {
    const form = row.closest('form');
    if (form) apply(row, form);
  }
}

export function start(): void {
  for (const type of ['input', 'change'] as const) {
    on(type, 'form:has([data-when])', (_event, form) => applyAll(form));
  }
  onContent(() => applyAll());
}
