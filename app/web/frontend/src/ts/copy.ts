/** Copies a text: `data-copy`. */
import { on, word } from './dom';
import { toast } from './toast';

export function start(): void {
  on('click', '[data-copy]', (_event, button) => {
    navigator.clipboard.writeText(button.dataset.copy ?? '').then(
      () => toast(word('copied'), 'good'),
      () => toast(word('failed'), 'bad'),
    );
  });
}
