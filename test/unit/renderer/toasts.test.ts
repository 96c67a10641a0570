import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../electron/contract/notices.ts';
import { saidByPage, shownToasts } from '../../../renderer/api/toast-rules.ts';
import type { Route, Toast } from '../../../renderer/api/ui-store.ts';

const toast = (id: number, tone: Toast['tone'], part: Partial<Toast> = {}): Toast => ({
  id,
  tone,
  text: `message ${id}`,
  next: '',
  at: 0,
  ...part,
});
const ids = (toasts: readonly Toast[]) => toasts.map(({ id }) => id);

const standing: Toast['standing'] = { key: 'k', action: { label: '', page: 'overview', profile: null } };

describe('messages on the screen', () => {
  it('are all there while they fit', () => {
    expect(ids(shownToasts([toast(1, 'danger'), toast(2, 'done')], 2))).toEqual([1, 2]);
    expect(shownToasts([], 2)).toEqual([]);
  });

  it('leave a place for the word on what was just done, however much waits for an answer', () => {
    const waiting = [1, 2, 3].map((id) => toast(id, 'danger', { standing }));
    expect(ids(shownToasts([...waiting, toast(4, 'done')], 2))).toEqual([3, 4]);
    expect(ids(shownToasts(waiting, 2))).toEqual([2, 3]);
  });

  it('keep what waits for an answer when news comes after news', () => {
    const news = [toast(2, 'done'), toast(3, 'attention', { standing }), toast(4, 'problem')];
    expect(ids(shownToasts([toast(1, 'danger', { standing }), ...news], 3))).toEqual([1, 2, 4]);
    expect(ids(shownToasts([toast(1, 'danger', { standing }), toast(2, 'info', { standing })], 1))).toEqual([
      1,
    ]);
  });

  it('do not come back after their time', () => {
    expect(ids(shownToasts([toast(1, 'problem', { folded: true }), toast(2, 'done')], 3))).toEqual([2]);
  });
});

describe('what the page says itself', () => {
  const notice = (key: string, page: Notice['action']['page']): Notice => ({
    key,
    kind: 'link',
    severity: 'danger',
    title: '',
    text: '',
    action: { label: '', page, profile: 'real' },
  });
  const route = (page: Route['page']) => ({ page }) as Route;
  const link = notice('real/link', 'connections');

  it('is not told beside it: the setup of this profile, and its own page', () => {
    expect(saidByPage(link, route('overview'), 'real', 'real')).toBe(true);
    expect(saidByPage(link, route('connections'), 'real', null)).toBe(true);
    expect(saidByPage(notice('client/1', 'clients'), route('clients'), 'real', null)).toBe(true);
  });

  it('is told where the page shows something else', () => {
    expect(saidByPage(link, route('overview'), 'real', null)).toBe(false);
    expect(saidByPage(link, route('overview'), 'real', 'other')).toBe(false);
    expect(saidByPage(link, route('connections'), 'other', null)).toBe(false);
    expect(saidByPage(notice('real/tools-changed', 'tools'), route('tools'), 'real', null)).toBe(false);
  });
});
