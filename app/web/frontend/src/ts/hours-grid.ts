/**
 * The weekly hours of a calendar as a grid of half hours, drawn from the texts of its form and written back into them, which
 * stay what is sent. Arrows walk, Space sets one, Shift and an arrow sets as it walks; a mouse paints, a finger taps.
 */
import { all, find } from './dom';

const STEP = 30;
const DAY = 24 * 60;
const ROWS = DAY / STEP;
const FIRST_SEEN = (7 * 60) / STEP; // Seven o'clock stands on top at first.
const SPAN = /(\d{1,2})(?::(\d{2}))?\s*[-–—~至到]+\s*(\d{1,2})(?::(\d{2}))?/g;

type Span = [number, number];
interface Day { id: string; short: string; name: string }

const two = (number: number): string => String(number).padStart(2, '0');
const clock = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

/** The parts of a day, or null for what only the server can say something to. */
export function readHours(text: string): Span[] | null {
  const plain = text.normalize('NFKC').trim();
  const rest = plain.replace(SPAN, '').replace(/[,;、\s]|和|and/g, '');
  if (rest) return null;
  const found: Span[] = [];
  for (const [, hour, minute, toHour, toMinute] of plain.matchAll(SPAN)) {
    const start = Number(hour) * 60 + Number(minute ?? 0);
    const end = Number(toHour) * 60 + Number(toMinute ?? 0) || DAY;
    if (start >= end || end > DAY) return null;
    found.push([start, end]);
  }
  return joined(found);
}

function joined(spans: Span[]): Span[] {
  const found: Span[] = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}

export function writeHours(spans: Span[]): string {
  return spans.map(([start, end]) => `${clock(start)}–${clock(end)}`).join(', ');
}

/** The parts with these minutes among them, or without them. */
export function painted(spans: Span[], [from, to]: Span, isOpen: boolean): Span[] {
  if (isOpen) return joined([...spans.map((one): Span => [...one]), [from, to]]);
  return spans.flatMap(([start, end]): Span[] => {
    const parts: Span[] = [[start, Math.min(end, from)], [Math.max(start, to), end]];
    return parts.filter(([first, last]) => first < last);
  });
}

class Grid {
  private readonly days: Day[];
  private readonly cells: HTMLElement[][] = []; // By row, then by day.
  private painting: boolean | null = null;

  constructor(private readonly root: HTMLElement) {
    this.days = JSON.parse(root.dataset.hoursGrid ?? '[]') as Day[];
    this.draw();
    for (const day of this.days) this.input(day)?.addEventListener('input', () => this.show());
    this.show();
    root.hidden = false;
    const [first, head] = [this.cells[FIRST_SEEN]?.[0], find('thead', root)];
    root.scrollTop = (first?.offsetTop ?? 0) - (head?.offsetHeight ?? 0);
    root.addEventListener('keydown', (event) => this.key(event));
    root.addEventListener('pointerdown', (event) => this.press(event));
    root.addEventListener('pointerover', (event) => this.over(event));
    root.addEventListener('click', (event) => this.tap(event));
    document.addEventListener('pointerup', () => { this.painting = null; });
  }

  private input(day: Day): HTMLInputElement | null {
    return find<HTMLInputElement>(`#${day.id}`);
  }

  private draw(): void {
    const table = document.createElement('table');
    table.setAttribute('role', 'grid');
    table.setAttribute('aria-label', this.root.dataset.label ?? '');
    table.setAttribute('aria-multiselectable', 'true');
    const head = table.createTHead().insertRow();
    head.append(document.createElement('td'));
    for (const day of this.days) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = day.short;
      cell.abbr = day.name;
      head.append(cell);
    }
    const body = table.createTBody();
    for (let row = 0; row < ROWS; row += 1) {
      const line = body.insertRow();
      const time = document.createElement('th');
      time.scope = 'row';
      time.textContent = clock(row * STEP);
      if (row % 2) time.className = 'is-half';
      line.append(time);
      this.cells.push(this.days.map((day, at) => {
        const cell = line.insertCell();
        cell.setAttribute('role', 'gridcell');
        cell.setAttribute('aria-label', `${day.name} ${clock(row * STEP)}–${clock((row + 1) * STEP)}`);
        cell.dataset.at = `${row}.${at}`;
        cell.tabIndex = row === FIRST_SEEN && at === 0 ? 0 : -1;
        return cell;
      }));
    }
    this.root.replaceChildren(table);
  }

  /** Show what the texts say; a day that can't be read is left to its text. */
  private show(): void {
    this.days.forEach((day, at) => {
      const spans = readHours(this.input(day)?.value ?? '');
      this.cells.forEach((cells, row) => {
        const cell = cells[at]!;
        const [from, to]: Span = [row * STEP, (row + 1) * STEP];
        const covered = (spans ?? []).reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0);
        cell.setAttribute('aria-selected', String(covered > 0));
        cell.classList.toggle('is-part', covered > 0 && covered < STEP);
        cell.toggleAttribute('aria-disabled', spans === null);
      });
    });
  }

  private place(cell: HTMLElement): [number, number] {
    const [row, at] = (cell.dataset.at ?? '0.0').split('.').map(Number);
    return [row ?? 0, at ?? 0];
  }

  private set(cell: HTMLElement, isOpen: boolean): void {
    const [row, at] = this.place(cell);
    const input = this.input(this.days[at]!);
    const spans = readHours(input?.value ?? '');
    if (!input || !spans) return;
    const text = writeHours(painted(spans, [row * STEP, (row + 1) * STEP], isOpen));
    if (text === input.value) return;
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  private isOpen(cell: HTMLElement): boolean {
    return cell.getAttribute('aria-selected') === 'true' && !cell.classList.contains('is-part');
  }

  private focus(cell: HTMLElement): void {
    for (const one of all('[tabindex="0"]', this.root)) one.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  private key(event: KeyboardEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>('[data-at]');
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      this.set(cell, !this.isOpen(cell));
      return;
    }
    const [row, at] = this.place(cell);
    const steps: Record<string, [number, number]> = {
      ArrowUp: [row - 1, at], ArrowDown: [row + 1, at], ArrowLeft: [row, at - 1], ArrowRight: [row, at + 1],
      PageUp: [Math.max(row - 4, 0), at], PageDown: [Math.min(row + 4, ROWS - 1), at],
      Home: [row, 0], End: [row, this.days.length - 1],
    };
    const step = steps[event.key];
    const next = step && this.cells[step[0]]?.[step[1]];
    if (!step) return;
    event.preventDefault();
    if (!next) return;
    if (event.shiftKey) this.set(next, this.isOpen(cell));
    this.focus(next);
  }

  /** A mouse paints from where it is pressed; what a finger presses is a tap or scrolls. */
  private press(event: PointerEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>('[data-at]');
    if (!cell || event.pointerType === 'touch' || event.button !== 0) return;
    event.preventDefault();
    this.painting = !this.isOpen(cell);
    this.set(cell, this.painting);
    this.focus(cell);
  }

  private over(event: PointerEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>('[data-at]');
    if (cell && this.painting !== null) this.set(cell, this.painting);
  }

  private tap(event: MouseEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>('[data-at]');
    if (cell && (event as PointerEvent).pointerType === 'touch') this.set(cell, !this.isOpen(cell));
  }
}

export function start(): void {
  for (const root of all('[data-hours-grid]')) new Grid(root);
}
