import type { Page, Ui } from './ui-store.ts';
import { PAGES } from './ui-store.ts';

/**
 * Goes where the tray or a notification asks for: `#page=tools&profile=real`, or `#page=answer` for the request that
 * waits. The fragment is taken away again, so that it can be asked for twice.
 */
export function followAskedPage(ui: Pick<Ui, 'go' | 'store'>): void {
  const take = (): void => {
    const asked = new URLSearchParams(location.hash.slice(1));
    const page = asked.get('page');
    if (page === null) return;
    history.replaceState(history.state, '', location.pathname + location.search);
    if (page === 'answer') return ui.store.setState({ answerHere: true });
    if (!(PAGES as readonly string[]).includes(page)) return;
    const profile = asked.get('profile');
    ui.go({ page: page as Page, ...(profile === null ? {} : { profile }) });
  };
  window.addEventListener('hashchange', take);
  take();
}
