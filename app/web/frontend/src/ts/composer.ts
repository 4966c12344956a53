/** The composer of a record page: tabs for the kinds of activity, and words that survive a reload. */
import { all, find, on, onContent } from './dom';

function select(tab: HTMLElement): void {
  const tabs = all('[role=tab]', tab.closest('[role=tablist]') ?? document);
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute('aria-selected', String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute('aria-controls') ?? '');
    if (panel) panel.hidden = !chosen;
    if (chosen) panel?.dispatchEvent(new Event('zuke:shown', { bubbles: true }));
  }
}

function walk(event: KeyboardEvent, tab: HTMLElement): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = all('[role=tab]', tab.closest('[role=tablist]') ?? document);
  const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
  if (!next) return;
  event.preventDefault();
  select(next);
  next.focus();
}

/* Drafts live in the tab's own storage: they survive a reload, and are gone when a shared computer's tab is closed. */
const key = (area: HTMLElement): string => `draft:${area.dataset.draft}`;

function restore(): void {
  for (const area of all<HTMLTextAreaElement | HTMLInputElement>('[data-draft]')) {
    const words = sessionStorage.getItem(key(area));
    if (words && !area.value) area.value = words;
  }
}

function keep(_event: Event, area: HTMLElement): void {
  const words = (area as HTMLTextAreaElement | HTMLInputElement).value;
  if (words) sessionStorage.setItem(key(area), words);
  else sessionStorage.removeItem(key(area));
}

export function start(): void {
  on('click', '[data-tabs] [role=tab]', (_event, tab) => {
    select(tab);
    const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '');
    if (panel) find('textarea, input:not([type=hidden], [type=radio])', panel)?.focus();
  });
  on('keydown', '[data-tabs] [role=tab]', walk);
  on('input', '[data-draft]', keep);
  document.addEventListener('zuke:reset', (event) => {
    for (const area of all('[data-draft]', event.target as HTMLElement)) sessionStorage.removeItem(key(area));
  });
  onContent(restore);
}
