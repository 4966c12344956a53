/** Boards and calendars, fetched by their pages only: cards and entries are moved by mouse, by keys and by their menu. */
import * as dragging from './lens-drag';
import * as hours from './lens-hours';
import * as keys from './lens-keys';
import * as menu from './lens-menu';
import { start as startMoving } from './lens-move';
import * as today from './lens-today';

export function start(): void {
  startMoving();
  dragging.start();
  hours.start();
  keys.start();
  menu.start();
  today.start();
}
