import type { AppState } from '../contract/state.ts';

/** Whether this build may update itself, and in words why not. */
export type UpdatePlan = { updates: true } | { updates: false; why: string };

const NOT_SIGNED = 'This build is not signed, so it does not update itself: look for a newer one yourself.';

/** The value of a top-level key in app-update.yml, without its quotes. */
function valueOf(feed: string, key: string): string | undefined {
  return new RegExp(`^${key}:\\s*['"]?([^'"\\n]+?)['"]?\\s*$`, 'm').exec(feed)?.[1];
}

/** A feed over https alone; GitHub's is by itself. */
function isSafeFeed(feed: string): boolean {
  const provider = valueOf(feed, 'provider');
  if (provider === 'github')
    return valueOf(feed, 'host') === undefined && valueOf(feed, 'protocol') !== 'http';
  return provider === 'generic' && (valueOf(feed, 'url') ?? '').startsWith('https://');
}

/**
 * The updater is in signed builds only, and even there it is not loaded unless the feed is safe: on Windows an
 * electron-updater before 7 skips the check of the signature where `publisherName` is missing (CVE-2026-49450).
 */
export function updatePlan(build: {
  packaged: boolean;
  platform: string;
  /** Whether dist/updater.js is in this build. */
  hasUpdater: boolean;
  /** The text of resources/app-update.yml. */
  feed: string | undefined;
}): UpdatePlan {
  if (!build.packaged) return { updates: false, why: 'A checkout does not update itself: pull and build.' };
  if (!build.hasUpdater || build.feed === undefined) return { updates: false, why: NOT_SIGNED };
  if (!isSafeFeed(build.feed))
    return { updates: false, why: 'Its update feed is not safe, so it is not asked.' };
  // a list below the key, or one name on its line
  const names = /^publisherName:\s*(?:\n\s*-\s*\S|\S)/m.test(build.feed);
  if (build.platform === 'win32' && !names)
    return { updates: false, why: 'Its update feed names no publisher, so it is not asked.' };
  return { updates: true };
}

/** Why an update must wait; undefined when nothing is in its way. Installing ends the app, and with it what is under way. */
export function updateMustWait(
  state: Pick<AppState, 'consents' | 'clients' | 'profiles'>,
): string | undefined {
  if (state.consents.length > 0) return 'A request waits for your answer: answer it first.';
  if (Object.values(state.clients).some(({ inFlight }) => inFlight > 0))
    return 'A call to the droplet is under way: try again when it has ended.';
  const running = Object.values(state.profiles).some(({ guard }) =>
    guard.unresolved.some(({ endedAt }) => endedAt === null),
  );
  return running ? 'A call that changes something has not ended: try again when it has.' : undefined;
}
