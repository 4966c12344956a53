/**
 * A chart without a mouse: the arrow keys go from point to point, which is shown and told, Enter opens the rows behind it.
 * Left and right go along the groups, up and down from one series to the next; Home and End to the first and the last group.
 */
import { find, word } from './dom';

export interface Points { labels: string[]; series: { name: string; texts: string[]; urls: string[] }[] }
/** What a chart lets be done from the keyboard: to show one of its points, or none. */
export interface Reached { points: Points; show: (series: number, at: number) => void; hide: () => void }

const reached = new WeakMap<HTMLElement, Reached>();
const standing = new WeakMap<HTMLElement, { series: number; at: number }>();

const clamp = (value: number, count: number): number => Math.max(0, Math.min(value, count - 1));

/** Where a key leads from a place; nothing for other keys. */
function next(key: string, from: { series: number; at: number } | undefined, points: Points): { series: number; at: number } | null {
  const { series, at } = from ?? { series: 0, at: -1 };
  const [rows, count] = [points.series.length, points.labels.length];
  const places: Record<string, [number, number]> = {
    ArrowRight: [series, at + 1], ArrowLeft: [series, at - 1], ArrowDown: [series + 1, at], ArrowUp: [series - 1, at], Home: [series, 0], End: [series, count - 1],
  };
  const place = places[key];
  return place && rows > 0 && count > 0 ? { series: clamp(place[0], rows), at: clamp(place[1], count) } : null;
}

function tell(chart: HTMLElement, text: string): void {
  let said = find('.report-said', chart.parentElement ?? chart);
  if (!said) {
    said = document.createElement('p');
    said.className = 'report-said visually-hidden';
    said.setAttribute('aria-live', 'polite');
    chart.after(said);
  }
  said.textContent = text;
}

function press(event: KeyboardEvent): void {
  const chart = event.currentTarget;
  if (!(chart instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
  const known = reached.get(chart);
  if (!known) return;
  const from = standing.get(chart);
  if (event.key === 'Enter' || event.key === ' ') {
    const url = from && known.points.series[from.series]?.urls[from.at];
    event.preventDefault();
    if (url) location.assign(url);
    return;
  }
  const to = next(event.key, from, known.points);
  if (!to) return;
  event.preventDefault();
  standing.set(chart, to);
  known.show(to.series, to.at);
  const series = known.points.series[to.series];
  const named = known.points.series.length > 1 ? ` · ${series?.name ?? ''}` : '';
  tell(chart, `${known.points.labels[to.at] ?? ''}${named}: ${series?.texts[to.at] ?? ''}`);
}

/** Let a chart be reached by Tab and read by keys. */
export function reach(chart: HTMLElement, what: Reached): void {
  const isKnown = reached.has(chart);
  reached.set(chart, what);
  standing.delete(chart);
  chart.tabIndex = 0;
  chart.setAttribute('role', 'application');
  chart.setAttribute('aria-roledescription', word('graph'));
  const label = chart.getAttribute('aria-label') ?? '';
  const hint = word('graphKeys');
  if (!label.endsWith(hint)) chart.setAttribute('aria-label', `${label}. ${hint}`);
  if (isKnown) return;
  chart.addEventListener('keydown', press);
  chart.addEventListener('blur', () => {
    standing.delete(chart);
    reached.get(chart)?.hide();
  });
}
