import { randomUUID } from 'node:crypto';
import type { ContainerList, Restart } from '../../contract/containers.ts';
import { AppError, asAppError } from '../../contract/errors.ts';
import type { Reading } from '../../contract/models.ts';
import { age } from '../../contract/present.ts';
import type { ProfileState } from '../../contract/state.ts';
import type { Consent } from '../guard/consent.ts';
import { callHash } from '../guard/canonical.ts';
import { consentRefusal, notRecorded } from '../guard/refusals.ts';
import { Recorder, type Pass, type Trail } from '../guard/trail.ts';
import { knownFacts } from './known-facts.ts';
import type { LinkHandle, Transport } from '../link/transport.ts';
import { endingOf } from '../logs/commands.ts';
import type { Clock, Log } from '../ports.ts';
import type { GatedCall, RecordActivity } from '../seams.ts';
import type { Store } from '../store.ts';
import { restartCommand } from '../containers/commands.ts';
import { ContainerWatch } from '../containers/container-watch.ts';
import { lastWords, runToEnd, type RunEnd } from '../containers/run.ts';

const TOOL = 'restart_container';
/** Compose gives a container 10 s to stop; several depend on each other. */
const RESTART_LIMIT_MS = 90_000;
const INTENT_LIMIT_MS = 5_000;

export interface ContainerParts {
  store: Store;
  clock: Clock;
  consent: Pick<Consent, 'request'>;
  audit: Trail;
  record: RecordActivity;
  log: Log;
  /** No link of the profile is changed for a better one until the returned function is called. */
  hold(profile: string): () => void;
}

interface Target {
  state: ProfileState;
  transport: Transport;
  service: string;
  command: string;
}

/**
 * Containers of the droplet: what runs, and restarting one. A restart is like a start of trading: a person consents to
 * the exact command, it is recorded before it is sent, sent once, and never repeated by itself.
 */
export class ContainerDesk {
  readonly #parts: ContainerParts;
  readonly #recorder: Recorder;
  readonly #open = new Map<string, { link: LinkHandle; watch: ContainerWatch }>();
  readonly #busy = new Set<string>();

  constructor(parts: ContainerParts) {
    this.#parts = parts;
    const { audit, clock, record, log } = parts;
    this.#recorder = new Recorder({ audit, clock, recordActivity: record, log });
  }

  open(name: string, link: LinkHandle): void {
    const { store, clock, log } = this.#parts;
    const watch = new ContainerWatch({
      profile: () => this.#state(name).profile,
      link,
      clock,
      log,
      ending: endingOf,
      publish: (list) => this.#put(name, ['list'], list),
    });
    this.#open.set(name, { link, watch });
    if (store.state.profiles[name]) watch.start();
  }

  close(name: string): void {
    this.#open.get(name)?.watch.stop();
    this.#open.delete(name);
  }

  dispose(): void {
    for (const name of this.#open.keys()) this.close(name);
  }

  #state(name: string): ProfileState {
    const state = this.#parts.store.state.profiles[name];
    if (state) return state;
    throw new AppError('PROFILE_UNKNOWN', `There is no profile "${name}".`, 'Choose one of the list.');
  }

  #put(name: string, path: string[], value: unknown): void {
    const { store } = this.#parts;
    if (store.state.profiles[name]) store.set(['profiles', name, 'containers', ...path], value);
  }

  /** Reads the list now. */
  async refresh(name: string): Promise<void> {
    this.#state(name);
    await this.#open.get(name)?.watch.refresh();
  }

  /** What would be run, as things are now. Throws LINK_NOT_CONNECTED, INPUT_INVALID, NOT_AVAILABLE_YET. */
  #target(name: string, service: string): Target {
    const state = this.#state(name);
    const open = this.#open.get(name);
    const transport = open?.link.transport;
    if (!open || !transport)
      throw new AppError(
        'LINK_NOT_CONNECTED',
        `Nothing was sent: ${open?.link.reason() ?? 'the link is off.'}`,
        'Connect first.',
      );
    if (!transport.exec)
      throw new AppError(
        'NOT_AVAILABLE_YET',
        'Containers can be restarted over SSH only; the link in use now runs no commands.',
        'Use an SSH link, or restart it on the droplet.',
      );
    const { list } = open.watch;
    const known = listOf(list);
    if (!known?.rows.some((row) => row.service === service))
      throw new AppError(
        'INPUT_INVALID',
        list.state === 'known'
          ? 'The droplet lists no such container.'
          : `What containers there are is not known: ${list.reason}`,
        'Restart one of the containers that are listed.',
      );
    return { state, transport, service, command: restartCommand(known.program, state.profile.dir, service) };
  }

  /**
   * Asks a person, then restarts a container; resolves when that ended, one way or another. Throws what `#target` does,
   * RATE_LIMITED while one of this service is under way, and what refuses consent.
   */
  async restart(name: string, service: string, signal: AbortSignal | undefined): Promise<Restart> {
    const target = this.#target(name, service);
    const key = `${name}/${service}`;
    if (this.#busy.has(key))
      throw new AppError(
        'RATE_LIMITED',
        `A restart of ${service} is under way already.`,
        'Wait for it to end.',
      );
    this.#busy.add(key);
    try {
      return await this.#restart(target, signal ?? new AbortController().signal);
    } finally {
      this.#busy.delete(key);
    }
  }

  async #restart(target: Target, signal: AbortSignal): Promise<Restart> {
    const { state, service, command } = target;
    const before = state.containers.restarts[service];
    this.#say(target, 'asking', '');
    const pass = this.#pass(target, signal);
    try {
      await this.#consent(pass, target, before);
      // time passed while a person thought: the same command, over the link that is there now
      const now = this.#target(state.profile.name, service);
      if (now.command !== command)
        throw new AppError('INPUT_INVALID', 'What would be run has changed meanwhile.', 'Ask again.');
      await this.#intent(pass);
      return await this.#run({ ...target, transport: now.transport }, pass);
    } catch (thrown) {
      const error = asAppError(thrown);
      this.#recorder.line(pass, 'denied', error.message);
      this.#say(target, 'not-sent', error.message);
      throw error;
    }
  }

  #pass({ state, service, command }: Target, signal: AbortSignal): Pass {
    const { name, environment } = state.profile;
    const argumentsText = JSON.stringify({ service, command });
    const call: GatedCall = {
      profile: name,
      environment,
      client: 'Dashboard',
      transport: 'page',
      tool: TOOL,
      argumentsText,
      signal,
    };
    return {
      call,
      toolClass: 'start',
      key: randomUUID(),
      hash: callHash(name, TOOL, argumentsText),
      activity: this.#recorder.opened(call, 'start'),
      startedMono: this.#parts.clock.monotonic(),
    };
  }

  async #consent(pass: Pass, { state, service }: Target, before: Restart | undefined): Promise<void> {
    const { consent, clock } = this.#parts;
    const row = listOf(state.containers.list)?.rows.find((one) => one.service === service);
    const receivedAt = state.containers.list.state === 'known' ? state.containers.list.receivedAt : null;
    const health = state.health.services.find((one) => one.name === service);
    const verdict = await consent.request(pass.call, {
      toolClass: 'start',
      known: [
        { label: 'Container', text: row?.status || (row?.state ?? 'not known'), receivedAt },
        ...(health ? [{ label: 'Our probe', text: health.verdict, receivedAt: health.probedAt }] : []),
        ...knownFacts(state, clock.now()),
      ],
      unresolved:
        before?.state === 'unknown'
          ? `The restart of ${service} ${age(clock.now() - before.at)} ago has no known end: ${before.detail}`
          : null,
    });
    if (verdict === 'allow') return;
    const outcome = verdict === 'deny' || verdict === 'expired' ? 'denied' : 'refused';
    void this.#recorder.may(this.#recorder.entry(pass, 'consent', { decision: verdict, outcome }), false);
    throw consentRefusal(verdict, TOOL);
  }

  /** Nothing is sent that is not on the disk. */
  async #intent(pass: Pass): Promise<void> {
    const entry = this.#recorder.entry(pass, 'intent', { decision: 'allow', outcome: 'pending' });
    let how: 'recorded' | 'late' | 'left';
    try {
      how = await this.#recorder.must(entry, INTENT_LIMIT_MS, pass.call.signal);
    } catch (error) {
      this.#recorder.failed(entry, error);
      throw notRecorded(TOOL, error);
    }
    if (how === 'recorded') return;
    const detail = 'It was not sent.';
    void this.#recorder.may(this.#recorder.entry(pass, 'outcome', { outcome: 'refused', detail }));
    throw how === 'left'
      ? consentRefusal('withdrawn', TOOL)
      : notRecorded(TOOL, new Error('the disk does not answer'));
  }

  async #run(target: Target, pass: Pass): Promise<Restart> {
    const { clock } = this.#parts;
    const name = target.state.profile.name;
    const release = this.#parts.hold(name);
    this.#say(target, 'running', '');
    const { state, detail } = await runToEnd(target.transport, target.command, clock, RESTART_LIMIT_MS).then(
      ended,
      // the request to start it may have arrived although its answer did not
      (error: unknown) => ({ state: 'unknown' as const, detail: `${(error as Error).message} ${LOOK}` }),
    );
    release();
    const outcome = state === 'done' ? 'ok' : state === 'failed' ? 'error' : 'unknown';
    this.#recorder.line(pass, outcome, detail);
    const restart = this.#say(target, state, detail);
    await this.#recorder.mayWithin(this.#recorder.entry(pass, 'outcome', { outcome, detail }), 1_000);
    void this.#open.get(name)?.watch.refresh();
    return restart;
  }

  #say(target: Target, state: Restart['state'], detail: string): Restart {
    const { service, command } = target;
    const restart: Restart = { service, command, state, at: this.#parts.clock.now(), detail };
    this.#put(target.state.profile.name, ['restarts', service], restart);
    return restart;
  }
}

const LOOK = 'Look at the container before you do it again.';

function ended(end: RunEnd): { state: 'done' | 'failed' | 'unknown'; detail: string } {
  const said = lastWords(end);
  if (end.timedOut) return { state: 'unknown', detail: `It did not end within 90 s. ${LOOK}` };
  if (end.code === null) return { state: 'unknown', detail: `The connection was lost while it ran. ${LOOK}` };
  if (end.code === 0) return { state: 'done', detail: '' };
  return { state: 'failed', detail: `Exit code ${end.code}${said === '' ? '.' : `: ${said}`}` };
}

function listOf(list: Reading<ContainerList>): ContainerList | undefined {
  return list.state === 'known' ? list.value : undefined;
}
