/** Parts of the frame whose inside comes when they are opened first; the browser keeps it for the pages that come. */
import htmx from 'htmx.org';

/** Put what stands at the part's own address into it. Where that can't be had, this is told and nothing comes. */
export async function fetchInside(part: HTMLElement, swap: 'innerHTML' | 'beforeend'): Promise<void> {
  const address = part.dataset.from;
  if (address) await htmx.ajax('GET', address, { source: part, target: part, swap });
}
