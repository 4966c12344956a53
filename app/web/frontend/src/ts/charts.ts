/** Charts of reports. A chart is drawn of what stands in `data-chart`; the table beneath it says the same in words. */
import { BarChart, FunnelChart, LineChart, PieChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { reach } from './chart-keys';
import { all, find, on, onContent } from './dom';

echarts.use([BarChart, FunnelChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

interface Series { name: string; values: (number | null)[]; texts: string[]; urls: string[]; is_before?: boolean }
interface Written { kind: 'bar' | 'line' | 'pie' | 'funnel'; labels: string[]; is_time: boolean; running: number | null; measures: { name: string; unit: string; series: (Omit<Series, 'urls'> & { urls?: string[] })[] }[] }
/** What is drawn: the series of the one number that is looked at, by its name. */
interface Data { kind: Written['kind']; labels: string[]; is_time: boolean; running: number | null; name: string; unit: string; series: Series[] }

const COLOURS = ['--accent', '--good', '--warn', '--violet', '--bad', '--ink-3', '--star', '--line-3'];
const NARROW = 480; // Pixels of a chart on a phone.
const MOST_ROWS = 3; // Of names above a chart.
const HEAD_LINE = 18; // Pixels of a line of what a picture tells.
const ROW = 20; // Pixels of one of them.
const MOST_NAMED = 24; // Bars whose names all stand below them, turned where they are narrow.
const LEVEL = 60; // Pixels that a name below a bar needs to stand level.
const drawn = new Map<HTMLElement, { chart: echarts.ECharts; written: string }>();

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function font(name = '--ink-2'): Record<string, string | number> {
  return { color: colour(name), fontSize: 12, fontFamily: getComputedStyle(document.body).fontFamily };
}

/** One value of a series as echarts takes it; its place tells which rows it opens. */
function points(data: Data, one: Series): Record<string, unknown>[] {
  return one.values.map((value, at) => ({ value, name: data.labels[at] }));
}

/** The values of a series, that of a time which is not over yet paler and, on a line, hollow. */
function underWay(data: Data, one: Series): unknown[] {
  return one.values.map((value, at) => (
    at === data.running && !one.is_before ? { value, symbol: 'emptyCircle', itemStyle: { opacity: 0.45 } } : value
  ));
}

/** A funnel leaves its names room: on a phone on its right, where long ones go on below. */
function funnel(label: Record<string, unknown>, width: number): Record<string, unknown> {
  if (width >= NARROW) return { sort: 'none', left: '10%', width: '60%', top: 24, bottom: 24, label: { ...label, position: 'right' } };
  const room = Math.floor(width * 0.6) - 28; // Without the line that leads to a name.
  return {
    sort: 'none', funnelAlign: 'left', left: 0, width: '40%', labelLine: { length: 12 },
    label: { ...label, position: 'right', width: room, overflow: 'break' },
  };
}

/** A part of a pie or funnel with its number; of a pie also its share of all. */
function named(data: Data, one: Series, item: { dataIndex: number; name: string; percent?: number }): string {
  const share = data.kind === 'pie' && item.percent !== undefined
    ? ` (${new Intl.NumberFormat(document.documentElement.lang, { style: 'percent', maximumFractionDigits: 1 }).format(item.percent / 100)})`
    : '';
  return `${item.name}  ${one.texts[item.dataIndex] ?? ''}${share}`;
}

/** How many rows the names of a chart's series take above it, by their widths in pixels. */
function legendRows(names: string[], width: number): number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return 1;
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  let rows = 1;
  let taken = 0;
  for (const name of names) {
    const wide = context.measureText(name).width + 42; // With its sign and what lies between two.
    if (taken > 0 && taken + wide > width - 24) {
      rows += 1;
      taken = 0;
    }
    taken += wide;
  }
  return rows;
}

/** The names above a chart: in as many rows as they take, or, where those would be many, in one to turn over. */
function legendOf(data: Data, rows: number): Record<string, unknown> {
  if (data.series.length < 2 && data.kind !== 'pie') return {};
  const turned = rows > MOST_ROWS ? { type: 'scroll', pageIconColor: colour('--ink-2'), pageIconInactiveColor: colour('--line-2'), pageTextStyle: font() } : { type: 'plain' };
  return { legend: { ...turned, top: 0, textStyle: font() } };
}

function seriesOf(data: Data, width: number): Record<string, unknown>[] {
  if (data.kind === 'bar' || data.kind === 'line') {
    return data.series.map((one) => ({
      type: data.kind, name: one.name, data: underWay(data, one), barMaxWidth: 40, symbolSize: 7,
      ...(one.is_before ? { color: colour('--line-3') } : {}),
    }));
  }
  const [first] = data.series;
  if (!first) return [];
  // A pie on a phone has no room for more than its legend.
  const label = {
    ...font(), show: data.kind === 'funnel' || width >= NARROW,
    formatter: (item: { dataIndex: number; name: string; percent?: number }) => named(data, first, item),
  };
  return [{
    type: data.kind, name: first.name, data: points(data, first), label,
    ...(data.kind === 'pie' ? { radius: ['42%', '70%'], center: ['50%', width >= NARROW ? '50%' : '56%'] } : funnel(label, width)),
  }];
}

/** The chart's number that its reader looks at: what was kept, or what they chose above it. */
function dataOf(element: HTMLElement, written: string): Data {
  const { kind, labels, is_time, running, measures } = JSON.parse(written) as Written;
  const chosen = find<HTMLSelectElement>('[data-chart-measure]', element.closest('.report-graph') ?? element)?.selectedIndex ?? 0;
  const measure = measures[chosen] ?? measures[0];
  const first = measures[0]?.series ?? [];
  const series = (measure?.series ?? []).map((one, at) => ({ ...one, urls: one.urls ?? first[at]?.urls ?? [] }));
  return { kind, labels, is_time, running, name: measure?.name ?? '', unit: measure?.unit ?? '', series };
}

/** The names below an axis: of bars every one, as none says what its neighbour is; of days and months as many as fit. */
function namesBelow(data: Data, width: number): Record<string, unknown> {
  const last = data.labels.length - 1;
  // On a phone a line has room for the names of its two ends.
  if (data.kind === 'line' && width < NARROW) return { alignMinLabel: 'left', alignMaxLabel: 'right', interval: (at: number) => at === 0 || at === last };
  if (data.is_time || data.kind !== 'bar' || data.labels.length > MOST_NAMED) return {};
  const room = Math.floor(width / Math.max(data.labels.length, 1)) - 12;
  return room >= LEVEL ? { interval: 0, width: room, overflow: 'truncate' } : { interval: 0, rotate: 40, width: 96, overflow: 'truncate' };
}

function optionOf(data: Data, width: number): echarts.EChartsCoreOption {
  const axis = data.kind === 'bar' || data.kind === 'line';
  const line = { lineStyle: { color: colour('--line') } };
  const rows = legendRows(axis ? data.series.map((one) => one.name) : data.labels, width);
  const above = rows > MOST_ROWS ? ROW : rows * ROW;
  return {
    animation: false,
    color: COLOURS.map(colour),
    textStyle: font(),
    // As text, since a tooltip of HTML would bring styles of its own, which the policy refuses.
    tooltip: {
      renderMode: 'richText', backgroundColor: colour('--raised'), borderColor: colour('--line-2'), textStyle: font('--ink'),
      formatter: (item: { seriesIndex: number; dataIndex: number; name: string; seriesName: string }) => {
        const series = data.series[item.seriesIndex];
        const named = data.series.length > 1 ? ` · ${item.seriesName}` : '';
        return `${item.name}${named}: ${series?.texts[item.dataIndex] ?? ''}`;
      },
    },
    ...(data.kind === 'pie' && width >= NARROW ? {} : legendOf(data, rows)),
    ...(axis ? {
      grid: { left: 8, right: 8, bottom: 8, top: data.series.length > 1 ? above + 24 : 16, containLabel: true },
      xAxis: { type: 'category', data: data.labels, axisLabel: { ...font('--ink-3'), ...namesBelow(data, width) }, axisLine: line, axisTick: { show: false } },
      yAxis: { type: 'value', axisLabel: font('--ink-3'), splitLine: line, minInterval: 1 },
    } : {}),
    series: seriesOf(data, width),
  };
}

function draw(): void {
  for (const [element, known] of drawn) {
    if (element.isConnected) continue;
    known.chart.dispose();
    drawn.delete(element);
  }
  for (const element of all('[data-chart]')) {
    const written = element.dataset.chart ?? '';
    const known = drawn.get(element);
    if (known?.written === written && element.firstChild) continue;
    known?.chart.dispose();
    const data = dataOf(element, written);
    const chart = echarts.init(element, null, { renderer: 'svg' });
    chart.setOption(optionOf(data, element.clientWidth));
    chart.on('click', (item) => {
      const url = data.series[item.seriesIndex ?? 0]?.urls[item.dataIndex];
      if (url) location.assign(url);
    });
    drawn.set(element, { chart, written });
    reach(element, {
      points: data,
      show: (seriesIndex, dataIndex) => {
        chart.dispatchAction({ type: 'downplay' });
        chart.dispatchAction({ type: 'highlight', seriesIndex, dataIndex });
        chart.dispatchAction({ type: 'showTip', seriesIndex, dataIndex });
      },
      hide: () => {
        chart.dispatchAction({ type: 'downplay' });
        chart.dispatchAction({ type: 'hideTip' });
      },
    });
  }
}

/** The name of the report that a chart is of. */
function nameOf(): string {
  return (find<HTMLInputElement>('#report-name')?.value.trim() || find('h1')?.textContent?.trim()) ?? '';
}

/** What stands under a picture's name: its number with the currency, and the time and conditions that the page tells. */
function toldOf(chart: HTMLElement): string[] {
  const { name, unit } = dataOf(chart, chart.dataset.chart ?? '');
  const told = all('.report-told .tag').map((tag) => (tag.textContent ?? '').replace(/\s+/g, ' ').trim());
  return [unit ? `${name} (${unit})` : name, ...new Set(told)];
}

/** What is told in lines that fit the width of a picture; what is longer than one by itself is drawn narrower. */
function linesOf(context: CanvasRenderingContext2D, told: string[], width: number): string[] {
  return told.reduce<string[]>((lines, one) => {
    const longer = `${lines[lines.length - 1] ?? ''} · ${one}`;
    if (lines.length > 0 && context.measureText(longer).width <= width) return [...lines.slice(0, -1), longer];
    return [...lines, one];
  }, []);
}

/** The chart as a picture of twice its size, headed by its name, number and time, on the page's own ground. */
async function save(chart: HTMLElement): Promise<void> {
  const svg = find<SVGSVGElement>('svg', chart);
  if (!svg) return;
  const { width, height } = svg.getBoundingClientRect();
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) return;
  const { fontFamily } = getComputedStyle(document.body);
  const small = `12px ${fontFamily}`;
  context.font = small;
  const lines = linesOf(context, toldOf(chart), width - 24);
  const above = 44 + lines.length * HEAD_LINE;
  canvas.width = width * 2;
  canvas.height = (height + above) * 2;
  context.scale(2, 2);
  context.fillStyle = colour('--surface');
  context.fillRect(0, 0, width, height + above);
  context.fillStyle = colour('--ink');
  context.font = `600 15px ${fontFamily}`;
  context.fillText(nameOf(), 12, 24, width - 24);
  context.fillStyle = colour('--ink-2');
  context.font = small;
  lines.forEach((line, at) => context.fillText(line, 12, 44 + at * HEAD_LINE, width - 24));
  context.drawImage(picture, 0, above, width, height);
  const link = document.createElement('a');
  link.download = `${nameOf()}.png`;
  link.href = canvas.toDataURL('image/png');
  link.click();
}

export function start(): void {
  onContent(draw);
  addEventListener('resize', () => drawn.forEach(({ chart, written }, element) => {
    chart.resize();
    if (written) chart.setOption(optionOf(dataOf(element, written), element.clientWidth));
  }));
  new MutationObserver(() => {
    drawn.forEach((known) => { known.written = ''; });
    draw();
  }).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  on('change', '[data-chart-measure]', (_event, select) => {
    const chart = find('[data-chart]', select.closest('.report-graph') ?? document);
    const known = chart && drawn.get(chart);
    if (known) known.written = '';
    draw();
    if (select.hasAttribute('form')) (select as HTMLSelectElement).form?.requestSubmit(); // The builder keeps it.
  });
  on('click', '[data-chart-save]', (_event, button) => {
    const chart = button.closest('.report-chart')?.querySelector<HTMLElement>('[data-chart]');
    if (chart) void save(chart);
  });
}
