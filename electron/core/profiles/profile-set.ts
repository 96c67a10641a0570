import os from 'node:os';
import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/profile.ts';
import type { Parts } from '../app-services.ts';
import type { DemoRun } from './demo-profile.ts';
import { startDemo } from './demo-profile.ts';
import { initialProfileState } from '../initial-state.ts';
import { DEMO_PROFILE } from './profiles.ts';
import { ProfileRuntime } from './profile-runtime.ts';
import { watchSystem } from './system-watch.ts';

/** The profiles that are open: each with its state in the store, its catalogue in the bridge and its runtime. */
export class ProfileSet {
  readonly #parts: Parts;
  readonly #runtimes = new Map<string, ProfileRuntime>();
  #endWatch = () => {};
  #disposed = false;
  /** Set as soon as it is being started. */
  #demo: Promise<DemoRun> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  find(name: string): ProfileRuntime | undefined {
    return this.#runtimes.get(name);
  }

  /** Throws PROFILE_UNKNOWN naming the profiles there are. */
  get(name: string): ProfileRuntime {
    const found = this.#runtimes.get(name);
    if (found) return found;
    const known = this.#parts.store.state.order.join(', ');
    const add = 'Add one: catalyst-companion profile add NAME --preset catalyst --ssh user@host';
    throw new AppError(
      'PROFILE_UNKNOWN',
      `There is no profile "${name}".`,
      known ? `Profiles: ${known}.` : add,
    );
  }

  /** The machine woke or changed networks: links prove themselves or are tried now. A blocked one waits for its person. */
  wake(): void {
    for (const { link } of this.#runtimes.values()) link.wake();
  }

  async open(profile: Profile, knownHostsFile = this.#parts.ports.home.knownHosts): Promise<void> {
    const { ports, store, log, record, vault, bridge, gate, history } = this.#parts;
    const state = initialProfileState(profile, vault.list(profile.name), ports.clock.now());
    store.change(
      { op: 'set', path: ['profiles', profile.name], value: state },
      { op: 'set', path: ['order'], value: [...store.state.order, profile.name] },
    );
    const runtime = new ProfileRuntime(profile, {
      store,
      clock: ports.clock,
      log,
      secrets: vault,
      record,
      redact: this.#parts.redact,
      ownLines: this.#parts.ownLines,
      knownHostsFile,
      userKnownHostsFiles: [path.join(os.homedir(), '.ssh', 'known_hosts')],
      agentSocket:
        process.platform === 'win32' ? String.raw`\\.\pipe\openssh-ssh-agent` : process.env.SSH_AUTH_SOCK,
      proxyFor: (url) => ports.proxyFor(url),
      writing: (name) => gate.writing(name),
      readerOf: (name) => bridge.readerOf(name),
      onTrading: (name, trading) => gate.observe(name, trading),
      history,
    });
    this.#runtimes.set(profile.name, runtime);
    await bridge.addProfile(profile.name);
    runtime.start();
    this.#parts.containers.open(profile.name, runtime.link);
    gate.outcomes.publish(profile.name);
    this.#setOnboarding();
  }

  /** Of the last one the demo takes the place, as at a start without profiles. */
  async close(name: string): Promise<void> {
    const { store, bridge, gate, history, log } = this.#parts;
    gate.grants.end(name, 'the profile was removed');
    const runtime = this.#runtimes.get(name);
    this.#runtimes.delete(name);
    this.#parts.containers.close(name);
    runtime?.dispose();
    // before the last one leaves the page, so that it is never without a profile in between
    if (this.#runtimes.size === 0)
      await this.#openDemo().catch((error: unknown) => log.error('the demo did not start', { error }));
    await bridge.removeProfile(name);
    const order = store.state.order.filter((each) => each !== name);
    store.change({ op: 'set', path: ['order'], value: order }, { op: 'remove', path: ['profiles', name] });
    await history.forget(name);
    this.#setOnboarding();
  }

  /** Opens the stored profiles, and the demo where it is asked for or nothing else is there; connects the wanted ones. */
  async start(): Promise<void> {
    const { profiles, ports, log, store, history } = this.#parts;
    this.#endWatch = watchSystem(ports.clock, (change) => {
      log.info('links are asked to prove themselves', { change });
      if (change === 'wake') this.#parts.gate.grants.endAll('the machine slept');
      this.wake();
    });
    // the demo's is kept while it is not shown
    history.start([...profiles.list(), { name: DEMO_PROFILE, environment: 'demo' }]);
    for (const profile of profiles.list()) await this.open(profile);
    if (ports.demo || profiles.list().length === 0) await this.#openDemo();
    for (const [name, runtime] of this.#runtimes) {
      if (store.state.profiles[name]?.profile.wanted) runtime.link.connect();
    }
  }

  async #openDemo(): Promise<void> {
    const { ports, log } = this.#parts;
    if (this.#demo) return;
    this.#demo = startDemo(ports.home, log, ports.demoFaults);
    const { profile, knownHostsFile } = await this.#demo.catch((error: unknown) => {
      this.#demo = undefined;
      throw error;
    });
    if (this.#disposed) return; // which stops it
    await this.open(profile, knownHostsFile);
    this.find(profile.name)?.link.connect();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#endWatch();
    this.#parts.containers.dispose();
    for (const runtime of this.#runtimes.values()) runtime.dispose();
    await this.#parts.history.stop();
    await this.#demo?.then(
      (demo) => demo.stop(),
      () => undefined,
    );
  }

  /** The onboarding is shown until the user has a profile of their own. */
  #setOnboarding(): void {
    const onboarding = ![...this.#runtimes.keys()].some((name) => name !== DEMO_PROFILE);
    if (this.#parts.store.state.app.onboarding !== onboarding)
      this.#parts.store.set(['app', 'onboarding'], onboarding);
  }
}
