/** Small helpers that every other module uses. */

export function find<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

export function all<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** Call `handler` for events of this type inside an element that matches. Listens once, on the document. */
export function on<K extends keyof DocumentEventMap>(
  type: K,
  selector: string,
  handler: (event: DocumentEventMap[K], element: HTMLElement) => void,
  capture = false,
): void {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
    if (element) handler(event, element);
  }, capture);
}

/** Call `handler` now and whenever htmx has put new content into the page. It must not mind seeing an element twice. */
export function onContent(handler: () => void): void {
  handler();
  document.addEventListener('htmx:after:swap', handler);
}

/** A sentence of `_words.html`, in the reader's language. */
export function word(name: string): string {
  return find('#words')?.dataset[name] ?? '';
}

export function icon(name: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `${word('icons')}#${name}`);
  svg.append(use);
  return svg;
}

export function setCookie(name: string, value: string): void {
  document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
}

/** A click that the browser would follow in this tab: no modifier, first button. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

/** Ctrl, or Command on a Mac. */
export function isMod(event: KeyboardEvent | MouseEvent): boolean {
  return event.ctrlKey || event.metaKey;
}

/** While an input method composes (pinyin), Enter and Esc belong to it. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Place an open popover below (or above) its anchor, inside the window. */
export function placeBy(anchor: Element, box: HTMLElement, sameWidth = false): void {
  const margin = 8;
  const at = anchor.getBoundingClientRect();
  if (sameWidth) box.style.width = `${at.width}px`;
  const size = box.getBoundingClientRect();
  const fitsBelow = at.bottom + 4 + size.height <= innerHeight - margin;
  const top = fitsBelow ? at.bottom + 4 : Math.max(margin, at.top - 4 - size.height);
  const start = at.left + size.width <= innerWidth - margin ? at.left : at.right - size.width;
  box.style.right = 'auto';
  box.style.top = `${top}px`;
  box.style.left = `${Math.max(margin, Math.min(start, innerWidth - size.width - margin))}px`;
}

/** Whether keys go into a field just now. */
export function isTyping(): boolean {
  const active = document.activeElement;
  // What was just closed keeps the focus until the page is drawn again.
  if (!active?.checkVisibility()) return false;
  if (active instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(active.type);
  return active instanceof HTMLElement && (active.isContentEditable || active.matches('textarea, select'));
}
