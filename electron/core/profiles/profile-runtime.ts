import { NOT_READ } from '../../contract/awaited.ts';
import type { ProfileState } from '../../contract/state.ts';
import type { LinkState } from '../../contract/link.ts';
import type { LogsBatch } from '../../contract/logs.ts';
import type { HealthModel } from '../../contract/models.ts';
import { presentLink } from '../../contract/present.ts';
import type { Profile } from '../../contract/profile.ts';
import type { Health } from '../health/prober.ts';
import { initialProfileState } from '../initial-state.ts';
import { mismatchOf } from '../guard/mismatch.ts';
import { MovementWatch } from '../guard/movement.ts';
import { createHealth } from '../health/prober.ts';
import type { History } from '../history/history.ts';
import type { Supervisor } from '../link/supervision.ts';
import { createSupervisor } from '../link/supervisor.ts';
import type { Logs } from '../logs/logs.ts';
import { followBook } from '../logs/follow-book.ts';
import type { FollowFrom } from '../logs/follow-book.ts';
import { createLogs } from '../logs/logs.ts';
import type { OwnLines } from '../logs/own-lines.ts';
import { healthOps, patchOps } from './patch-ops.ts';
import type { Clock, Log, Secrets } from '../ports.ts';
import type { Trading } from '../positions/trading.ts';
import type { Records } from '../positions/records.ts';
import { createRecords } from '../positions/records.ts';
import { createTrading, emptyTrading } from '../positions/trading.ts';
import type { McpReader, RecordActivity } from '../seams.ts';
import type { Store } from '../store.ts';

export interface RuntimeDeps {
  store: Store;
  clock: Clock;
  log: Log;
  secrets: Secrets;
  record: RecordActivity;
  redact: { text(value: string): string };
  ownLines: OwnLines;
  knownHostsFile: string;
  userKnownHostsFiles: string[];
  agentSocket: string | undefined;
  proxyFor(url: URL): Promise<URL | undefined>;
  /** Whether a call that changes state is under way through the bridge. */
  writing(profile: string): boolean;
  readerOf(profile: string): McpReader;
  /** Called when trading state was read; the guard settles unknown outcomes by it. */
  onTrading(profile: string, trading: ProfileState['trading']): void;
  history: Pick<History, 'trading' | 'health' | 'link'>;
}

/** The bridge knows the profile's reader only after it was given this link. */
function lateReader(reader: () => McpReader): McpReader {
  return {
    resources: async () => await reader().resources(),
    tools: async () => await reader().tools(),
    read: async (uri) => await reader().read(uri),
    call: async (tool, args, options) => await reader().call(tool, args, options),
  };
}

/** What reads the back end through the link. */
interface Readers {
  health: Health;
  trading: Trading;
  records: Records;
}

/** Everything that runs for one profile: its link, and what reads health, trading and logs through it. */
export class ProfileRuntime {
  readonly link: Supervisor;
  #readers: Readers;
  readonly #logs: Logs;
  readonly #deps: RuntimeDeps;
  readonly #name: string;
  readonly #profileNow: () => Profile;
  #lastPresented = '';
  #holds = 0;
  #movement = new MovementWatch();

  constructor(profile: Profile, deps: RuntimeDeps) {
    const { clock, log, store } = deps;
    this.#deps = deps;
    this.#name = profile.name;
    const profileNow = () => store.state.profiles[profile.name]?.profile ?? profile;
    this.#profileNow = profileNow;
    const put = (key: keyof ProfileState, value: unknown) => {
      if (store.state.profiles[profile.name]) store.set(['profiles', profile.name, key], value);
    };
    this.link = createSupervisor({
      profile: profileNow,
      secrets: deps.secrets,
      clock,
      log,
      random: Math.random,
      knownHostsFile: deps.knownHostsFile,
      userKnownHostsFiles: deps.userKnownHostsFiles,
      ...(deps.agentSocket === undefined ? {} : { agentSocket: deps.agentSocket }),
      proxyFor: (url) => deps.proxyFor(url),
      busy: () => this.busy,
      publishChain: (chain) => put('chain', chain),
      publish: (state) => {
        put('link', state);
        this.#remember('link');
        this.#logs.linkChanged();
        this.#recordLink(state);
      },
    });
    this.#readers = this.#makeReaders();
    const { redact, ownLines } = deps;
    const own = { redact, lines: ownLines, profile: profile.name };
    const common = { profile: profileNow, link: this.link, clock, log };
    this.#logs = createLogs({ ...common, own, publish: (status) => put('logs', status) });
  }

  /** What reads through the link. Made anew with a change of the profile: what another server said is not this one's. */
  #makeReaders(): Readers {
    const deps = this.#deps;
    const { store, clock, log } = deps;
    const reader = lateReader(() => deps.readerOf(this.#name));
    const common = { profile: this.#profileNow, link: this.link, clock, log };
    const health = createHealth({
      ...common,
      reader,
      publish: (model) => {
        this.#putHealth(model);
        this.#judge('health');
      },
    });
    const trading = createTrading({
      ...common,
      reader,
      publish: (model) => {
        this.#putChanges('trading', model);
        this.#judge('trading');
        deps.onTrading(this.#name, model);
      },
      onLeft: (left) => records.left(left),
    });
    const records: Records = createRecords({
      ...common,
      reader,
      trading: () => store.state.profiles[this.#name]?.trading ?? emptyTrading(NOT_READ, clock.now()),
      publish: (model) => this.#putChanges('records', model),
    });
    return { health, trading, records };
  }

  get trading(): Trading {
    return this.#readers.trading;
  }

  /** Whether something runs for which no link may be given up. */
  get busy(): boolean {
    return this.#holds > 0 || this.#deps.writing(this.#name);
  }

  start(): void {
    this.#startReaders();
    this.#logs.start();
  }

  /** Goes on as the changed profile: what was read before is unknown again, and the link is made anew where it is wanted. */
  change(profile: Profile): void {
    const { store, clock } = this.#deps;
    const was = store.state.profiles[this.#name];
    if (!was) return;
    this.#stopReaders();
    this.#movement = new MovementWatch();
    const { health, trading, records, containers } = initialProfileState(profile, [], clock.now());
    const next = { ...was, profile, health, trading, records, containers };
    store.set(['profiles', this.#name], { ...next, guard: { ...was.guard, movement: null, mismatch: null } });
    this.link.changed();
    this.#readers = this.#makeReaders();
    this.#startReaders();
  }

  /** No link is changed for a better one until the returned function is called (once). */
  hold(): () => void {
    this.#holds += 1;
    return () => void (this.#holds -= 1);
  }

  dispose(): void {
    this.#stopReaders();
    this.#logs.stop();
    this.link.dispose();
  }

  #startReaders(): void {
    for (const reader of Object.values(this.#readers)) reader.start();
  }

  #stopReaders(): void {
    for (const reader of Object.values(this.#readers)) reader.stop();
  }

  /** Only what changed: 200 positions that are valued twice a second are no reason to send them all. */
  #putChanges<K extends 'trading' | 'records'>(key: K, model: ProfileState[K]): void {
    const { store } = this.#deps;
    const before = store.state.profiles[this.#name];
    if (!before) return;
    const ops = patchOps(['profiles', this.#name, key], before[key], model);
    if (ops.length > 0) store.change(...ops);
  }

  #putHealth(model: HealthModel): void {
    const { store } = this.#deps;
    const before = store.state.profiles[this.#name];
    if (!before) return;
    const ops = healthOps(['profiles', this.#name, 'health'], before.health, model);
    if (ops.length > 0) store.change(...ops);
  }

  #remember(part: 'link' | 'health' | 'trading'): void {
    const state = this.#deps.store.state.profiles[this.#name];
    if (state) this.#deps.history[part](state);
  }

  /** What the readings say beyond themselves: whether prices move, and whether the back end trades as the profile says. */
  #judge(heard: 'health' | 'trading'): void {
    this.#remember(heard);
    const { store } = this.#deps;
    const state = store.state.profiles[this.#name];
    if (!state) return;
    const { profile, health, trading, guard } = state;
    const movement = this.#movement.observe(trading, { ...profile, health });
    const mismatch = mismatchOf(state);
    const path = ['profiles', this.#name, 'guard'];
    if (movement !== guard.movement) store.set([...path, 'movement'], movement);
    if (mismatch === guard.mismatch) return;
    store.set([...path, 'mismatch'], mismatch);
    if (mismatch !== null) this.#recordMismatch(mismatch);
  }

  #recordMismatch(detail: string): void {
    const title = 'Live and paper are mixed up: starts are refused';
    this.#deps.record({ profile: this.#name, kind: 'link', actor: 'app', title, outcome: 'error', detail });
  }

  /** A line in Activity when what a person would call the state changed; retries alone are not news. */
  #recordLink(state: LinkState): void {
    if (state.state === 'connecting') return;
    const { label, detail } = presentLink(state, this.#deps.clock.now());
    const said = state.state === 'reconnecting' ? `${label} ${state.lastError.code}` : `${label} ${detail}`;
    if (said === this.#lastPresented) return;
    this.#lastPresented = said;
    const good = state.state === 'live' || state.state === 'off';
    this.#deps.record({
      profile: this.#name,
      kind: 'link',
      actor: 'app',
      title: `Link: ${label.toLowerCase()}`,
      outcome: good ? 'ok' : 'error',
      detail: state.state === 'reconnecting' ? state.lastError.message : detail,
    });
  }

  /** The lines of the droplet, the app and the bridge, until `signal`. */
  followLogs(from: FollowFrom, signal: AbortSignal | undefined): AsyncGenerator<LogsBatch> {
    return followBook(this.#logs.book, from, signal);
  }
}
