/** Shows that something is under way once it takes longer than 300 ms: a bar on top, and the button that was pressed. */
import htmx from 'htmx.org';
import { all } from './dom';

const PATIENCE = 300;
let running = 0;
let timer = 0;
const bar = document.createElement('div');

function show(): void {
  bar.hidden = false;
}

function begin(): void {
  running += 1;
  if (running === 1) timer = window.setTimeout(show, PATIENCE);
}

function end(): void {
  running = Math.max(0, running - 1);
  if (running > 0) return;
  clearTimeout(timer);
  bar.hidden = true;
}

function press(button: unknown): void {
  if (button instanceof HTMLElement && button.matches('.btn')) button.classList.add('is-busy');
}

function release(): void {
  for (const button of all('.btn.is-busy')) button.classList.remove('is-busy');
}

export function start(): void {
  bar.className = 'busy';
  bar.hidden = true;
  // Outside the body, which htmx replaces when the reader goes back.
  document.documentElement.append(bar);
  htmx.on('htmx:before:request', (event) => {
    begin();
    press(event.detail.ctx.request.submitter);
  });
  htmx.on('htmx:finally:request', () => {
    end();
    release();
  });
  // A plain form leaves the page: whoever comes back to it from the cache finds it at rest.
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method === 'dialog') return;
    begin();
    press(event.submitter);
  });
  addEventListener('pageshow', () => {
    running = 0;
    end();
    release();
    // A form that led elsewhere counts as under way until then.
    for (const form of all('form.htmx-request')) form.classList.remove('htmx-request');
  });
}
