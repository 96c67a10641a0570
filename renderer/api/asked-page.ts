import type { Page, Ui } from './ui-store.ts';
import { PAGES } from './ui-store.ts';

/** Goes where the tray asks for: `#page=settings`. The fragment is taken away again, so that it can be asked for twice. */
export function followAskedPage(ui: Pick<Ui, 'go'>): void {
  const take = (): void => {
    const page = new URLSearchParams(location.hash.slice(1)).get('page');
    if (page === null) return;
    history.replaceState(history.state, '', location.pathname + location.search);
    if ((PAGES as readonly string[]).includes(page)) ui.go({ page: page as Page });
  };
  window.addEventListener('hashchange', take);
  take();
}
