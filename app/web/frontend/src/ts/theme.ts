/** Light or dark, remembered in the cookie that the server reads. */
import { find, on, setCookie } from './dom';

export function start(): void {
  on('click', '[data-theme-toggle]', () => {
    const root = document.documentElement;
    const theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    root.dataset.theme = theme;
    find<HTMLMetaElement>('meta[name=color-scheme]')!.content = theme;
    setCookie('theme', theme);
    dispatchEvent(new Event('themechange'));
  });
}
