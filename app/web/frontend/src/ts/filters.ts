/** The builder of filters: a field or a comparison that changes brings the controls that fit it. */
import { find, on } from './dom';

export function start(): void {
  on('change', '.filter-form [data-filter-send]', (_event, control) => {
    const form = control.closest('form');
    const show = form && find<HTMLButtonElement>('[data-filter-show]', form);
    if (!form || !show) return;
    show.value = control.dataset.filterSend ?? 'show';
    form.requestSubmit(show);
  });
}
