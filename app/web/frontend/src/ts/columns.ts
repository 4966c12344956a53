/** Columns of a list: widened by dragging the edge of their head, frozen at the start, found in the form that chooses them. */
import { all, find, on, onContent } from './dom';

const NARROWEST = 60;
const WIDEST = 900;
/** Frozen columns leave at least this part of the table to be scrolled. */
const MOST_FROZEN = 0.6;

/** Give every column the width that it has now, so that one of them can change without the others. */
function settle(table: HTMLElement): void {
  if (table.classList.contains('is-sized')) return;
  const group = document.createElement('colgroup');
  // What is hidden on this screen stays so: the address will name only what is shown.
  for (const head of all('thead th', table).filter((one) => one.offsetParent !== null)) {
    const col = document.createElement('col');
    if (head.dataset.col) col.dataset.key = head.dataset.col;
    col.setAttribute('width', String(Math.round(head.getBoundingClientRect().width)));
    group.append(col);
  }
  find('colgroup', table)?.remove();
  find('thead', table)?.before(group);
  table.classList.add('is-sized');
}

/** Load the list again as this address says, which from now on is the page's. */
function show(address: URL): void {
  history.replaceState(history.state, '', address);
  document.dispatchEvent(new Event('records-look'));
}

function widen(down: PointerEvent, grip: HTMLElement): void {
  const head = grip.closest<HTMLElement>('[data-col]');
  const table = grip.closest<HTMLElement>('table');
  if (!head || !table || down.button !== 0) return;
  down.preventDefault();
  down.stopPropagation();
  settle(table);
  grip.setPointerCapture(down.pointerId);
  table.classList.add('is-widening');
  const col = find(`col[data-key="${CSS.escape(head.dataset.col ?? '')}"]`, table);
  const before = Number(col?.getAttribute('width') ?? 0) || head.getBoundingClientRect().width;
  const move = (event: PointerEvent): void => {
    const width = Math.min(Math.max(before + event.clientX - down.clientX, NARROWEST), WIDEST);
    col?.setAttribute('width', String(Math.round(width)));
    freeze();
  };
  const end = (): void => {
    table.classList.remove('is-widening');
    grip.removeEventListener('pointermove', move);
    keep(table);
  };
  grip.addEventListener('pointermove', move);
  grip.addEventListener('lostpointercapture', end, { once: true });
}

/** The address says the widths, so that the list is the same for whoever it is sent to. */
function keep(table: HTMLElement): void {
  const address = new URL(location.href);
  const parts = all('col[data-key]', table).map((col) => `${col.dataset.key}:${col.getAttribute('width')}`);
  address.searchParams.set('cols', parts.join(','));
  show(address);
}

/** Tell the styles where each frozen column stands; none more than leaves room to scroll. */
function freeze(): void {
  const table = find('[data-list] table[data-freeze]');
  if (!table) return;
  const wrap = table.parentElement!;
  const heads = all('thead th:not(.c-check, .c-more)', table).filter((head) => head.offsetParent !== null);
  let at = find('thead .c-check', table)?.getBoundingClientRect().width ?? 0;
  const wanted = Number(table.dataset.freeze);
  let frozen = Math.min(wanted, 1);
  for (let n = 1; n <= Math.min(wanted, heads.length); n += 1) {
    const width = heads[n - 1]!.getBoundingClientRect().width;
    if (n > 1 && at + width > wrap.clientWidth * MOST_FROZEN) break;
    table.style.setProperty(`--at-${n}`, `${at}px`);
    at += width;
    frozen = n;
  }
  table.dataset.frozen = String(frozen);
}

function narrow(event: Event): void {
  const words = (event.target as HTMLInputElement).value.trim().toLowerCase();
  for (const item of all('.col-list .col-item')) {
    item.hidden = words !== '' && !(item.textContent ?? '').toLowerCase().includes(words);
  }
}

export function start(): void {
  // What the link leads to begins with the list as its address says now; the link may be older than that.
  on('click', 'a[data-columns], a[data-of-list]', (_event, link) => {
    const anchor = link as HTMLAnchorElement;
    const asked = new URLSearchParams(location.search);
    const lens = new URLSearchParams(anchor.search).get('lens');
    if (lens) asked.set('lens', lens); // The page says it by its path.
    anchor.search = asked.toString();
  }, true);
  on('pointerdown', '[data-col-size]', widen);
  on('click', '[data-col-size]', (event) => event.preventDefault());
  on('input', '[data-col-find] input', narrow);
  onContent(() => {
    freeze();
    const box = find('[data-col-find]');
    if (box) box.hidden = false;
  });
  addEventListener('resize', freeze);
}
