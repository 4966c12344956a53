/**
 * Files on a record: chosen, dropped anywhere on the page or pasted, they are sent one by one, each with its progress, and
 * can be stopped and tried again. Without this script the panel is a plain form.
 */
import { all, find, icon, on, word } from './dom';
import { take } from './attach';
import { toast } from './toast';

const AT_ONCE = 2;

interface Sending {
  file: File;
  row: HTMLLIElement;
  request?: XMLHttpRequest;
}

const waiting: Sending[] = [];
const running = new Set<Sending>();
let added = 0;

const panel = (): HTMLElement | null => find('[data-files]');

function button(name: string, label: string, press: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'btn btn-icon btn-xs btn-quiet';
  made.setAttribute('aria-label', label);
  made.title = label;
  made.append(icon(name));
  made.addEventListener('click', press);
  return made;
}

/** A file under way: its name, how far it is, and what stops it. */
function show(one: Sending): void {
  const name = document.createElement('b');
  name.textContent = one.file.name;
  const bar = document.createElement('progress');
  bar.className = 'progress';
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute('aria-label', one.file.name);
  one.row.classList.remove('is-bad');
  one.row.replaceChildren(name, button('x', `${panel()?.dataset.cancel}: ${one.file.name}`, () => stop(one)), bar);
}

/** A file that was refused: why, and what tries it again or takes it away. */
function fail(one: Sending, why: string, mayRetry = true): void {
  const name = document.createElement('b');
  name.textContent = one.file.name;
  const told = document.createElement('p');
  told.className = 'error';
  told.setAttribute('role', 'alert');
  told.append(icon('alert-circle'), why);
  const again = button('refresh', `${panel()?.dataset.retry}: ${one.file.name}`, () => {
    show(one);
    waiting.push(one);
    next();
  });
  one.row.classList.add('is-bad');
  one.row.replaceChildren(name, ...(mayRetry ? [again] : []), button('x', word('close'), () => one.row.remove()), told);
}

function stop(one: Sending): void {
  const place = waiting.indexOf(one);
  if (place >= 0) waiting.splice(place, 1);
  one.request?.abort();
  running.delete(one);
  one.row.remove();
  next();
}

/** What an answer tells, in the reader's words. */
function told(answer: string, kind: string): string[] {
  const page = new DOMParser().parseFromString(answer, 'text/html');
  return all(`.toast-${kind} .toast-text`, page).map((one) => one.textContent?.trim() ?? '');
}

function settle(one: Sending, request: XMLHttpRequest): void {
  running.delete(one);
  if (request.status === 401) {
    location.reload();
  } else if (request.status > 0 && request.status < 300) {
    one.row.remove();
    added += 1;
    for (const text of told(request.responseText, 'warn')) toast(text, 'warn');
  } else {
    // What was refused for what it is would be refused again.
    const mayRetry = request.status === 0 || request.status === 402 || request.status >= 429;
    fail(one, told(request.responseText, 'bad')[0] ?? word(request.status ? 'failed' : 'offline'), mayRetry);
  }
  next();
}

function send(one: Sending): void {
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append('file', one.file, one.file.name);
  one.request = request;
  running.add(one);
  const bar = find<HTMLProgressElement>('progress', one.row);
  request.upload.addEventListener('progress', (event) => {
    if (bar && event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.addEventListener('load', () => settle(one, request));
  request.addEventListener('error', () => settle(one, request));
  request.open('POST', panel()?.dataset.files ?? '');
  request.setRequestHeader('X-CSRFToken', find<HTMLMetaElement>('meta[name=csrf-token]')?.content ?? '');
  request.setRequestHeader('HX-Request', 'true');
  request.send(body);
}

/** Send what waits; once nothing is under way the page shows what came of it. */
function next(): void {
  while (running.size < AT_ONCE && waiting.length > 0) send(waiting.shift()!);
  if (running.size > 0 || added === 0) return;
  for (const name of ['files-changed', 'records-changed']) document.dispatchEvent(new CustomEvent(name));
  toast((panel()?.dataset.added ?? '').replace('{n}', String(added)), 'good');
  added = 0;
}

function add(files: Iterable<File>): void {
  const at = panel();
  const list = at && find('[data-uploads]', at);
  if (!at || !list) return;
  for (const file of files) {
    const one = { file, row: document.createElement('li') };
    list.append(one.row);
    if (file.size > Number(at.dataset.most)) {
      fail(one, (at.dataset.tooLarge ?? '').replace('{name}', file.name), false);
    } else {
      show(one);
      waiting.push(one);
    }
  }
  next();
}

const bringsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
const isCovered = (): boolean => find('dialog[open]') !== null;

function cover(isOn: boolean): void {
  const sheet = find('[data-files-drop]');
  if (sheet) sheet.hidden = !isOn;
}

/** A drop anywhere is taken, and never opened by the browser in place of the page. */
function watchDrops(): void {
  let leaving = 0;
  document.addEventListener('dragover', (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    clearTimeout(leaving);
    const isTaken = !isCovered() && panel() !== null;
    if (event.dataTransfer) event.dataTransfer.dropEffect = isTaken ? 'copy' : 'none';
    const isForm = event.target instanceof Element && event.target.closest('form:has([data-attach])') !== null;
    cover(isTaken && !isForm);
    leaving = window.setTimeout(() => cover(false), 400);
  });
  document.addEventListener('drop', (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    clearTimeout(leaving);
    cover(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (isCovered() || (event.target instanceof Element && take(event.target, files))) return;
    add(files);
  });
}

/** A pasted picture has no name of its own: it is called by the moment. */
function named(file: File): File {
  if (file.name && !/^image\.\w+$/i.test(file.name)) return file;
  const at = new Date();
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  const time = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())].join('.');
  const suffix = file.type.split('/')[1] ?? 'png';
  return new File([file], `${panel()?.dataset.pasted} ${day} ${time}.${suffix}`, { type: file.type });
}

function paste(event: ClipboardEvent): void {
  const files = [...(event.clipboardData?.files ?? [])];
  // A copied table brings a picture of itself along: whoever pastes it means its text.
  if (files.length === 0 || event.clipboardData?.types.includes('text/plain') || isCovered() || !panel()) return;
  event.preventDefault();
  const pasted = files.map(named);
  if (event.target instanceof Element && take(event.target, pasted)) return;
  add(pasted);
}

export function start(): void {
  on('change', '[data-files-form] input[type=file]', (_event, input) => {
    add([...((input as HTMLInputElement).files ?? [])]);
    (input as HTMLInputElement).value = '';
  });
  watchDrops();
  document.addEventListener('paste', paste);
  addEventListener('beforeunload', (event) => {
    if (running.size > 0 || waiting.length > 0) event.preventDefault();
  });
}
