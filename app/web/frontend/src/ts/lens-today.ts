/** A calendar on a phone is a list of days: it begins at today, where today is among them. */
import { all, find } from './dom';

/** Where the days stand one under another; wider windows show all of them at once. */
const NARROW = '(max-width: 640px)';

/** Days that are over are a scroll away, above. Whoever comes back or loads the page anew is left where they were. */
export function start(): void {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const isFresh = entry?.type === 'navigate' && !location.hash;
  const today = find('[data-calendar] .calendar-day.is-today');
  if (!today || !isFresh || !matchMedia(NARROW).matches) return;
  const shown = all('[data-calendar] .calendar-day').filter((day) => day.checkVisibility());
  if (shown[0] !== today) today.scrollIntoView({ block: 'start', behavior: 'instant' });
}
