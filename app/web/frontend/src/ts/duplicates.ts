/** Going through possible duplicates by keys: j and k walk from group to group, Enter compares, n says they are none. */
import { all, find, isComposing, isMod, isTyping, onContent } from './dom';

const GROUP = '[data-duplicates] .twins';
let place = -1; // Of the group that the keys are meant for; the next one takes the place of one that goes.

function groups(): HTMLElement[] {
  return all(GROUP);
}

/** The group at hand: of the focus, else where j and k came to. */
function atHand(): HTMLElement | undefined {
  const focused = document.activeElement?.closest<HTMLElement>(GROUP);
  return focused ?? groups()[place];
}

function walk(step: number): void {
  const found = groups();
  const at = atHand();
  const next = found[at ? found.indexOf(at) + step : 0];
  if (!next) return;
  place = found.indexOf(next);
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function press(key: string): boolean {
  const at = atHand();
  if (key === 'j') walk(1);
  else if (key === 'k') walk(-1);
  else if (key === 'Enter' && at && document.activeElement === at) find('[data-twins-merge]', at)?.click();
  else if (key === 'n' && at) {
    place = groups().indexOf(at);
    find('[data-twins-deny]', at)?.click();
  } else return false;
  return true;
}

/** Whoever works by keys goes on where they were, though the group is gone. */
function goOn(): void {
  const next = groups()[Math.min(place, groups().length - 1)];
  if (place >= 0 && next && (document.activeElement === document.body || document.activeElement === null)) next.focus();
}

export function start(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isComposing(event) || isMod(event) || event.altKey || !find('[data-duplicates]')) return;
    if (isTyping() || find('dialog[open], [popover]:popover-open:not(#toasts)')) return;
    if (press(event.key)) event.preventDefault();
  });
  onContent(goOn);
}
