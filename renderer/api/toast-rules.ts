import type { Notice } from '../../electron/contract/notices.ts';
import type { Route, Toast } from './ui-store.ts';

/** How long a message stays on the screen, ms; what needs an answer stays until it has one or no longer holds. */
const LIFE_MS: Readonly<Record<Toast['tone'], number | null>> = {
  done: 5_000,
  info: 8_000,
  attention: 8_000,
  problem: 20_000,
  danger: null,
};

export const lifeOf = ({ tone }: Toast): number | null => LIFE_MS[tone];

/** Whether the list behind the bell has it too, so that nothing is lost when it leaves the screen. */
export const isListed = ({ tone, standing }: Toast): boolean => tone === 'problem' || standing !== undefined;

/** The newest `count`. */
const last = (toasts: readonly Toast[], count: number): readonly Toast[] =>
  count > 0 ? toasts.slice(-count) : [];

/**
 * What of the messages is on the screen where `room` fit: always the newest word on what was just done here, then what
 * waits for an answer, then other news. The order is that of their coming.
 */
export function shownToasts(toasts: readonly Toast[], room: number): readonly Toast[] {
  const here = toasts.filter(({ folded }) => folded !== true);
  const asks = here.filter((toast) => lifeOf(toast) === null);
  const own = here.filter(({ standing }) => standing === undefined);
  const asked = last(asks, room - Math.min(1, own.length));
  const done = last(own, room - asked.length);
  const news = here.filter((toast) => toast.standing !== undefined && !asks.includes(toast));
  const told = last(news, room - asked.length - done.length);
  return here.filter((toast) => [asked, done, told].some((shown) => shown.includes(toast)));
}

/**
 * Whether the page on screen says it itself, with the remedy in place: its own page, or the setup of that profile. Tools,
 * positions and outcomes may be out of view on theirs, so they are told all the same.
 */
export function saidByPage(
  notice: Notice,
  route: Route,
  profile: string | null,
  setup: string | null,
): boolean {
  if (notice.action.profile === null) return false;
  const ofLink = notice.key === `${notice.action.profile}/link`;
  if (ofLink && route.page === 'overview') return setup === notice.action.profile;
  if (!ofLink && notice.action.page !== 'clients') return false;
  return route.page === notice.action.page && profile === notice.action.profile;
}
