/** A reference to another record: a select with `data-lookup` becomes a box that searches as one types. */
import { all, find, icon, isComposing, onContent, placeBy, word } from './dom';

const PAUSE = 160;

class Lookup {
  private readonly box = document.createElement('input');
  private readonly list = document.createElement('div');
  private readonly clear = document.createElement('button');
  private readonly frame = document.createElement('div');
  private timer = 0;
  private asked = 0;
  private isSearching = false;

  constructor(private readonly select: HTMLSelectElement) {
    this.build();
    this.listen();
    this.show();
  }

  private build(): void {
    const { select, box, list, clear, frame } = this;
    const id = select.id || select.name;
    frame.className = 'lookup';
    box.className = 'input';
    box.type = 'text';
    box.id = id;
    box.autocomplete = 'off';
    box.placeholder = select.getAttribute('placeholder') ?? '';
    box.required = select.required;
    for (const name of ['aria-label', 'aria-invalid', 'aria-describedby']) {
      const value = select.getAttribute(name);
      if (value) box.setAttribute(name, value);
    }
    const given = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': `${id}-list` };
    for (const [name, value] of Object.entries(given)) box.setAttribute(name, value);
    list.className = 'lookup-list';
    list.id = `${id}-list`;
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', word('loading'));
    list.popover = 'manual';
    clear.type = 'button';
    clear.className = 'lookup-clear';
    clear.tabIndex = -1;
    clear.setAttribute('aria-label', word('clear'));
    clear.append(icon('x'));
    select.id = `${id}-value`;
    const isFocused = document.activeElement === select;
    box.autofocus = select.autofocus;
    select.autofocus = false;
    select.hidden = true;
    select.required = false;
    select.before(frame);
    frame.append(box, clear, list, select);
    list.setAttribute('aria-label', box.labels?.[0]?.textContent?.trim() || box.getAttribute('aria-label') || id);
    if (isFocused) box.focus();
  }

  private listen(): void {
    const { box, list, clear } = this;
    box.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.isSearching = true;
      this.timer = window.setTimeout(() => void this.search(), PAUSE);
      if (!box.value.trim()) this.choose('', '');
    });
    box.addEventListener('keydown', (event) => this.typed(event));
    box.addEventListener('click', () => void this.search());
    box.addEventListener('blur', () => setTimeout(() => this.leave(), 120));
    // Pressing must not take the focus from the box before the click arrives.
    list.addEventListener('mousedown', (event) => event.preventDefault());
    list.addEventListener('click', (event) => {
      const option = (event.target as Element).closest<HTMLElement>('[role=option]');
      if (option) this.take(option);
    });
    clear.addEventListener('click', () => {
      this.choose('', '');
      this.show();
      box.focus();
    });
  }

  /** Show the chosen record's name. */
  private show(): void {
    const option = this.select.selectedOptions[0];
    this.box.value = option?.value ? option.text.trim() : '';
    this.frame.classList.toggle('has-value', Boolean(option?.value));
    this.clear.hidden = !option?.value;
  }

  private async search(): Promise<void> {
    const turn = ++this.asked;
    this.isSearching = true;
    try {
      await this.offer(turn);
    } finally {
      if (turn === this.asked) this.isSearching = false;
    }
  }

  private async offer(turn: number): Promise<void> {
    const address = new URL(this.select.dataset.lookup ?? '', location.href);
    const chosen = this.select.selectedOptions[0];
    const words = this.box.value.trim();
    address.searchParams.set('q', chosen?.value && chosen.text.trim() === words ? '' : words);
    const answer = await fetch(address, { headers: { 'HX-Request': 'true', Accept: 'text/html' } });
    // A slower answer to an earlier question, or a box already left, changes nothing.
    if (!answer.ok || turn !== this.asked || document.activeElement !== this.box) return;
    this.list.innerHTML = await answer.text();
    all('[role=option]', this.list).forEach((option, number) => { option.id = `${this.box.id}-option-${number}`; });
    this.open();
  }

  private get isOpen(): boolean {
    return this.list.matches(':popover-open');
  }

  private open(): void {
    if (!this.isOpen) this.list.showPopover();
    placeBy(this.box, this.list, true);
    this.box.setAttribute('aria-expanded', 'true');
    this.activate(find('[role=option]', this.list));
  }

  private close(): void {
    if (this.isOpen) this.list.hidePopover();
    this.box.setAttribute('aria-expanded', 'false');
    this.box.removeAttribute('aria-activedescendant');
  }

  private activate(option: HTMLElement | null | undefined): void {
    if (!option) return;
    for (const other of all('[role=option]', this.list)) other.setAttribute('aria-selected', String(other === option));
    option.scrollIntoView({ block: 'nearest' });
    this.box.setAttribute('aria-activedescendant', option.id);
  }

  private typed(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const options = all('[role=option]', this.list);
    const at = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    if (event.key === 'ArrowDown' && !this.isOpen) void this.search();
    // What is typed is still being looked up: sent now, the form would go without it.
    else if (event.key === 'Enter' && this.isSearching) { /* Held back below. */ }
    else if (!this.isOpen) return;
    else if (event.key === 'ArrowDown') this.activate(options[(at + 1) % options.length]);
    else if (event.key === 'ArrowUp') this.activate(options[(at - 1 + options.length) % options.length]);
    else if (event.key === 'Enter' && options[at]) this.take(options[at]);
    else if (event.key === 'Escape') { this.close(); this.show(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private take(option: HTMLElement): void {
    this.choose(option.dataset.value ?? '', option.dataset.text ?? option.textContent?.trim() ?? '');
    this.show();
    this.close();
  }

  private choose(value: string, text: string): void {
    if (this.select.value === value) return;
    this.select.replaceChildren(new Option('', ''), ...(value ? [new Option(text, value, true, true)] : []));
    this.frame.classList.toggle('has-value', Boolean(value));
    this.clear.hidden = !value;
    this.select.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** Words that chose nothing are not kept: the box shows what will be saved. */
  private leave(): void {
    if (document.activeElement === this.box) return;
    this.close();
    this.show();
  }
}

/** The box that one stands in while an answer takes its place, with what was typed and not chosen yet. */
let left: { id: string; typed: string } | null = null;

function leave(): void {
  const box = document.activeElement;
  const frame = box instanceof HTMLInputElement ? box.closest('.lookup') : null;
  if (!frame || !(box instanceof HTMLInputElement)) return;
  const chosen = find<HTMLSelectElement>('select', frame)?.selectedOptions[0]?.text.trim() ?? '';
  left = { id: box.id, typed: box.value.trim() === chosen ? '' : box.value };
}

/** Stand where one stood, unless the answer led elsewhere, and go on searching for what was typed. */
function comeBack(): void {
  const was = left;
  left = null;
  const box = was && document.activeElement === document.body ? document.getElementById(was.id) : null;
  if (!was || !(box instanceof HTMLInputElement)) return;
  box.focus();
  if (!was.typed) return;
  box.value = was.typed;
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

export function start(): void {
  document.addEventListener('htmx:before:swap', leave);
  onContent(() => {
    begin();
    comeBack();
  });
}

/** Let each lookup search that does not yet, as those of a row that was added by script. */
export function begin(): void {
  for (const select of all<HTMLSelectElement>('select[data-lookup]:not([hidden])')) new Lookup(select);
}
