import type { CloseReport, StopReport } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/profile.ts';
import type { ProfileState } from '../../contract/state.ts';
import { closeAllTool } from '../../contract/stop.ts';
import type { Bridge } from '../bridge/bridge.ts';
import { emergencyStop, stopLine } from './emergency-stop.ts';
import { closeAll, nothingCloses } from '../guard/close-all.ts';
import type { Consent } from '../guard/consent.ts';
import type { Trail } from '../guard/trail.ts';
import type { Clock, Log } from '../ports.ts';
import type { ProfileRuntime } from '../profiles/profile-runtime.ts';
import type { RecordActivity } from '../seams.ts';
import type { Store } from '../store.ts';

/** A second press within this time is the same stop; a later one is sent anew, the first may be stuck. */
const SAME_PRESS_MS = 1_000;

interface ActionParts {
  store: Store;
  bridge: Pick<Bridge, 'readerOf' | 'catalogue'>;
  audit: Trail;
  consent: Pick<Consent, 'stopped'>;
  ports: { clock: Clock };
  record: RecordActivity;
  log: Log;
}

interface Target {
  runtime: ProfileRuntime;
  config: Profile;
}

/** What a person may do about trading itself: stop new trades, and close everything. Two actions, never one. */
export class TradingActions {
  readonly #parts: ActionParts;
  readonly #stopping = new Map<string, { since: number; report: Promise<StopReport> }>();

  constructor(parts: ActionParts) {
    this.#parts = parts;
  }

  #state(profile: string): ProfileState {
    const state = this.#parts.store.state.profiles[profile];
    if (state) return state;
    throw new AppError(
      'PROFILE_UNKNOWN',
      `There is no profile "${profile}".`,
      'See what there is with: catalyst-companion profile list',
    );
  }

  /** Sends the emergency stop of new trades. Presses in quick succession share one. Throws PROFILE_UNKNOWN. */
  async stop(runtime: ProfileRuntime, profile: string): Promise<StopReport> {
    const config = this.#state(profile).profile;
    const now = this.#parts.ports.clock.monotonic();
    const running = this.#stopping.get(profile);
    if (running && now - running.since < SAME_PRESS_MS) return await running.report;
    const report = this.#stop({ runtime, config });
    const mine = { since: now, report };
    this.#stopping.set(profile, mine);
    try {
      return await report;
    } finally {
      if (this.#stopping.get(profile) === mine) this.#stopping.delete(profile);
    }
  }

  async #stop({ runtime, config }: Target): Promise<StopReport> {
    const { store, bridge, audit, consent, ports, record, log } = this.#parts;
    const profile = config.name;
    const release = runtime.hold();
    consent.stopped(profile);
    const report = await emergencyStop({
      profile: config,
      runtime,
      reader: bridge.readerOf(profile),
      listed: bridge.catalogue.view(profile).tools,
      audit,
      clock: ports.clock,
      log,
    }).finally(release);
    // not for a profile that was removed meanwhile: half of one must not come back
    if (store.state.profiles[profile]) store.set(['profiles', profile, 'lastStop'], report);
    record(stopLine(profile, report));
    return report;
  }

  /**
   * Sells every position of a profile; `confirm` is its name, as a person held or typed it. Throws INPUT_INVALID,
   * TOOL_UNKNOWN where the back end has no such tool, AUDIT_WRITE_FAILED.
   */
  async closeAll(runtime: ProfileRuntime, profile: string, confirm: string): Promise<CloseReport> {
    const { store, bridge, audit, consent, ports, record, log } = this.#parts;
    const config = this.#state(profile).profile;
    if (confirm !== profile)
      throw new AppError(
        'INPUT_INVALID',
        'Closing every position was not confirmed with the name of the profile.',
        `Confirm it with: ${profile}`,
      );
    const tool = closeAllTool(config.preset, bridge.catalogue.view(profile).tools);
    if (tool === undefined) throw nothingCloses(profile);
    const release = runtime.hold();
    consent.stopped(profile);
    const report = await closeAll({
      profile,
      tool,
      reader: bridge.readerOf(profile),
      refresh: () => runtime.trading.refresh(),
      positions: () =>
        store.state.profiles[profile]?.trading.positions ?? {
          state: 'unknown',
          reason: 'The profile was removed.',
          since: ports.clock.now(),
          last: null,
        },
      audit,
      clock: ports.clock,
      log,
    }).finally(release);
    record(closeLine(report));
    return report;
  }
}

const CLOSE_OUTCOME = {
  closed: 'ok',
  'still-open': 'unknown',
  unknown: 'unknown',
  'not-sent': 'error',
} as const;

function closeLine({ profile, result, tool, stateRead, answer }: CloseReport): Parameters<RecordActivity>[0] {
  return {
    profile,
    kind: 'stop',
    actor: 'you',
    title: `Close everything (${tool})`,
    toolClass: 'start',
    outcome: CLOSE_OUTCOME[result],
    detail: result === 'not-sent' ? answer : stateRead,
  };
}
