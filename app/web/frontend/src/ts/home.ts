/** Home: a widget that could not be loaded says so where it stands, and the wall fills the screen. */
import htmx, { type HtmxRequestCtx } from 'htmx.org';
import { on } from './dom';

/** Beside a widget stands what is said where its inside did not come; it goes once the inside is there. */
function settle(event: CustomEvent<{ ctx: HtmxRequestCtx }>): void {
  const { ctx } = event.detail;
  const body = ctx.target instanceof Element ? ctx.target.closest('[data-widget]') : null;
  const source = ctx.sourceElement;
  const widget = (body ?? source)?.closest('.widget');
  const failed = widget?.querySelector<HTMLElement>('.widget-failed');
  if (!failed) return;
  const isThere = (ctx.response?.status ?? 0) === 200;
  failed.hidden = isThere;
  widget?.querySelector('.widget-wait')?.toggleAttribute('hidden', !isThere);
}

export function start(): void {
  htmx.on('htmx:after:request', settle);
  htmx.on('htmx:error', (event) => {
    if (event.detail.ctx) settle(event as CustomEvent<{ ctx: HtmxRequestCtx }>);
  });
  on('click', '[data-full-screen]', () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen();
  });
}
