/** A field of tags: what is typed becomes a chip by Enter or a comma, and Backspace takes the last one away. */
import { all, icon, isComposing, onContent } from './dom';

const PARTS = /[,，;；、\n]/;

class Tags {
  private readonly box = document.createElement('span');
  private readonly typed = document.createElement('input');
  private names: string[];

  constructor(private readonly input: HTMLInputElement) {
    this.names = this.read(input.value);
    this.build();
    this.show();
  }

  private read(text: string): string[] {
    const parts = text.split(PARTS).map((part) => part.trim()).filter(Boolean);
    return parts.filter((part, at) => parts.findIndex((one) => one.toLowerCase() === part.toLowerCase()) === at);
  }

  private build(): void {
    const { input, box, typed } = this;
    box.className = 'input tag-box';
    typed.type = 'text';
    typed.autocomplete = 'off';
    typed.id = input.id;
    typed.setAttribute('list', input.getAttribute('list') ?? '');
    for (const name of ['aria-label', 'aria-invalid', 'aria-describedby']) {
      const value = input.getAttribute(name);
      if (value) typed.setAttribute(name, value);
    }
    typed.autofocus = input.autofocus;
    const isFocused = document.activeElement === input;
    input.removeAttribute('id');
    input.type = 'hidden';
    input.before(box);
    box.append(typed, input);
    box.addEventListener('click', (event) => {
      const gone = event.target instanceof Element ? event.target.closest<HTMLElement>('.tag-x') : null;
      if (gone) this.put(this.names.filter((name) => name !== gone.dataset.name));
      typed.focus();
    });
    typed.addEventListener('keydown', (event) => this.press(event));
    typed.addEventListener('input', (event) => {
      // Only what was picked from the list is whole: "VIP" may be the beginning of "VIP gold".
      const isPicked = !(event instanceof InputEvent) || event.inputType === 'insertReplacementText';
      const isChosen = isPicked && all<HTMLOptionElement>(`#${CSS.escape(typed.getAttribute('list') ?? '')} option`)
        .some((option) => option.value === typed.value);
      if (PARTS.test(typed.value) || isChosen) this.take();
      else this.keep();
    });
    if (isFocused) typed.focus();
  }

  private press(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (event.key === 'Enter' && this.typed.value.trim()) {
      event.preventDefault();
      event.stopPropagation();
      this.take();
    } else if (event.key === 'Backspace' && !this.typed.value) {
      this.put(this.names.slice(0, -1));
    }
  }

  /** Make chips of what is typed. */
  private take(): void {
    if (!this.typed.value.trim()) return;
    const text = this.typed.value;
    this.typed.value = '';
    this.put(this.read([...this.names, text].join(',')));
  }

  /** What is sent holds what is typed too; as a chip it would push the button away that is being pressed. */
  private keep(): void {
    this.input.value = [...this.names, this.typed.value.trim()].filter(Boolean).join(', ');
  }

  private put(names: string[]): void {
    this.names = names;
    this.show();
    this.input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  private show(): void {
    for (const chip of all('.tag', this.box)) chip.remove();
    for (const name of this.names) {
      const chip = document.createElement('span');
      chip.className = 'tag';
      chip.textContent = name;
      const gone = document.createElement('button');
      gone.type = 'button';
      gone.className = 'tag-x';
      gone.dataset.name = name;
      gone.setAttribute('aria-label', (this.input.dataset.remove ?? '').replace('{name}', name));
      gone.append(icon('x'));
      chip.append(gone);
      this.typed.before(chip);
    }
    this.keep();
  }
}

export function start(): void {
  onContent(() => {
    for (const input of all<HTMLInputElement>('input[data-tags]:not([type=hidden])')) new Tags(input);
  });
}
