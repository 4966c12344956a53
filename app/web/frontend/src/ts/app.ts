/** What every page loads. Each module listens on the document, so content that comes later needs no set-up. */
import * as attach from './attach';
import * as busy from './busy';
import * as columns from './columns';
import * as composer from './composer';
import * as conditions from './conditions';
import * as confirm from './confirm';
import * as copy from './copy';
import * as download from './download';
import * as drawer from './drawer';
import * as duplicates from './duplicates';
import * as edges from './edges';
import * as edit from './edit';
import * as fields from './fields';
import * as filters from './filters';
import * as folds from './folds';
import * as forms from './forms';
import * as guard from './guard';
import * as home from './home'; // Its widgets may have failed before a part of their own was there.
import * as keys from './keys';
import * as list from './list';
import * as lookup from './lookup';
import * as mail from './mail';
import * as matrix from './matrix';
import * as mentions from './mentions';
import * as menu from './menu';
import * as merge from './merge';
import * as moment from './moment';
import * as order from './order';
import * as palette from './palette';
import * as peek from './peek';
import * as print from './print';
import * as rail from './rail';
import * as requests from './requests';
import * as rows from './rows';
import * as settings from './settings';
import * as suspects from './suspects';
import * as tags from './tags';
import * as theme from './theme';
import * as toast from './toast';
import * as views from './views';
import * as words from './words';
import { find } from './dom';

const parts = [
  requests, busy, confirm, guard, theme, rail, menu, toast, download, drawer, filters, palette, keys, forms, fields, moment, lookup, mentions, copy, print,
  composer, mail, attach, columns, list, rows, edit, peek, order, conditions, settings, folds, edges, matrix, suspects, tags, merge, duplicates, views, words, home,
];
for (const part of parts) part.start();

/** What only some pages need is fetched by those. */
async function startWanted(): Promise<void> {
  const wanted = [
    ...(find('[data-board], [data-calendar]') ? [import('./lenses')] : []),
    ...(find('form[data-lines]') ? [import('./lines')] : []),
    ...(find('[data-approvals]') ? [import('./approvals')] : []),
    ...(find('[data-chart], #report-build, [data-charts]') ? [import('./charts')] : []),
    ...(find('[data-files]') ? [import('./files')] : []),
    ...(find('[data-import-give], [data-import-form]') ? [import('./imports')] : []),
    ...(find('[data-field-picker]') ? [import('./field-picker')] : []),
    ...(find('[data-hours-grid]') ? [import('./hours-grid')] : []),
    ...(find('[data-events]') ? [import('./event-choices')] : []),
    ...(find('[data-signup], [data-welcome], #waiting') ? [import('./signup')] : []),
  ];
  for (const part of await Promise.all(wanted)) part.start();
}

function ready(): void {
  document.documentElement.dataset.ready = '';
}

if (find('[data-chart], #report-build, [data-charts], [data-board], [data-calendar], [data-approvals], [data-files], [data-import-give], [data-import-form], [data-field-picker], [data-events], [data-hours-grid], [data-signup], [data-welcome], #waiting, form[data-lines]')) void startWanted().then(ready);
else ready();
