import { AppError, asAppError } from '../../contract/errors.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { LinkStage } from '../../contract/link.ts';
import type { SshLink } from '../../contract/profile.ts';
import type { OpenLink } from '../link/dialling.ts';
import { lookAtHost } from '../link/ssh/look.ts';
import { dialSsh } from '../link/ssh/ssh-link.ts';
import { at, checkName, dialContext, tryPort } from './network-checks.ts';
import type { Endpoint } from './network-checks.ts';
import type { DoctorCase } from './ports.ts';
import { onDroplet, remedy, remedyOf } from './remedy.ts';
import { failed, ok, skipped, warning } from './rounds.ts';
import type { Finding, Rounds } from './rounds.ts';
import type { CheckId } from './table.ts';

/** Both ends of the way are given up after this, jump hosts included. */
const SSH_MS = 45_000;

/** Errors of reading what a sign-in needs; nothing has been connected then. */
const KEYS: readonly ErrorCode[] = [
  'LINK_AGENT_NOT_READY',
  'LINK_AGENT_UNAVAILABLE',
  'LINK_KEY_ENCRYPTED',
  'LINK_KEY_FORMAT',
  'LINK_KEY_MISSING',
  'LINK_KEY_PASSPHRASE_WRONG',
  'LINK_KEY_UNREADABLE',
  'LINK_PASSWORD_MISSING',
  'SECRET_UNREADABLE',
];
const HOST_KEY: readonly ErrorCode[] = [
  'LINK_HOST_KEY_CHANGED',
  'LINK_HOST_KEY_UNKNOWN',
  'LINK_KNOWN_HOSTS_UNREADABLE',
];

/** The check that an error of dialling belongs to, by what was reached before it. */
export function placeOfSshError(code: ErrorCode, stage: LinkStage | undefined): CheckId {
  if (HOST_KEY.includes(code)) return 'ssh.host-key';
  if (stage === undefined) return KEYS.includes(code) ? 'ssh.keys' : 'profile.links';
  if (code === 'LINK_FORWARD_REFUSED') return 'tunnel.forward';
  switch (stage) {
    case 'resolve':
    case 'tcp':
      return code === 'LINK_HOST_NOT_FOUND' ? 'name.resolve' : 'tcp.connect';
    case 'host-key':
      return 'ssh.greeting';
    case 'auth':
    case 'tunnel':
    case 'probe':
      return 'ssh.sign-in';
    default:
      return stage satisfies never;
  }
}

/** Turns the stages of dialling into checks, each told when the next one begins. */
class Stages {
  readonly #rounds: Rounds;
  readonly #hosts: readonly Endpoint[];
  /** Index of the host that is being reached. */
  #host = 0;
  #since = performance.now();
  /** How long reading the keys took, until that is told: it belongs to the layer above TCP. */
  #keysMs: number | undefined;
  stage: LinkStage | undefined;

  constructor(rounds: Rounds, config: SshLink) {
    this.#rounds = rounds;
    this.#hosts = [...config.jump, config];
    rounds.begin('ssh.keys', null);
  }

  get subject(): string {
    return at(this.#hosts[this.#host] ?? { host: '', port: 0 });
  }

  get #many(): boolean {
    return this.#hosts.length > 1;
  }

  reach(stage: LinkStage): void {
    const before = this.stage;
    this.stage = stage;
    if (before === undefined) this.#keysMs = this.#lap();
    if (stage === 'host-key') {
      this.#done('tcp.connect', this.subject, `${this.subject} takes connections.`);
      this.#tellKeys();
    }
    if (stage === 'auth') {
      this.#done('ssh.greeting', this.subject, 'It greets as an SSH server and agrees on safe algorithms.');
      this.#done('ssh.host-key', this.subject, 'Its host key is the one that is stored.');
    }
    const signedIn = before === 'auth' && (stage === 'tcp' || stage === 'tunnel');
    if (signedIn) {
      this.#done('ssh.sign-in', this.subject, this.#many ? `${this.subject} lets us in.` : 'It lets us in.');
      if (stage === 'tcp') this.#host += 1;
    }
    const next: Partial<Record<LinkStage, CheckId>> = {
      tcp: 'tcp.connect',
      'host-key': 'ssh.greeting',
      auth: 'ssh.sign-in',
    };
    const id = next[stage];
    if (id) this.#rounds.begin(id, this.subject);
  }

  end(id: CheckId, finding: Finding): void {
    if (id === 'ssh.host-key' && this.stage !== undefined)
      this.#done('ssh.greeting', this.subject, 'It greets as an SSH server.');
    const subject = id === 'ssh.keys' || id === 'profile.links' ? null : this.subject;
    this.#rounds.note(id, subject, finding, this.#lap());
    this.#tellKeys();
  }

  #tellKeys(): void {
    if (this.#keysMs === undefined) return;
    this.#rounds.note('ssh.keys', null, ok('Keys and agent are ready.'), this.#keysMs);
    this.#keysMs = undefined;
  }

  #done(id: CheckId, subject: string | null, seen: string): void {
    this.#rounds.note(id, subject, ok(seen), this.#lap());
  }

  #lap(): number {
    const now = performance.now();
    const ms = now - this.#since;
    this.#since = now;
    return ms;
  }
}

/** Shows on the droplet what sshd lets be forwarded. */
export const FORWARD_SETTINGS = "sudo sshd -T | grep -iE 'allowtcpforwarding|permitopen'";

/** What a person types on this computer to see for themselves. */
function handCommand(id: CheckId, config: SshLink, error: AppError): string | null {
  const target = config.jump[0] ?? config;
  if (id === 'tcp.connect') return tryPort(target);
  if (id === 'ssh.sign-in') return error.code === 'LINK_AUTH_REFUSED' ? onDroplet(config, 'true') : null;
  if (id === 'tunnel.forward') return onDroplet(config, FORWARD_SETTINGS);
  return null;
}

function findingOf(id: CheckId, error: AppError, config: SshLink, profile: string): Finding {
  const help = remedyOf(error.next, profile);
  return failed(error.message, remedy(help.text, help.command ?? handCommand(id, config, error)));
}

/** Without the app no passphrase and no password can be had; what they are needed for says so instead of failing. */
function withoutApp(error: AppError, config: SshLink): Finding | undefined {
  const needed: readonly ErrorCode[] = ['LINK_KEY_ENCRYPTED', 'LINK_PASSWORD_MISSING', 'SECRET_UNREADABLE'];
  if (!needed.includes(error.code)) return undefined;
  const what = config.auth.some(({ kind }) => kind === 'password') ? 'password' : 'passphrase';
  return warning(
    `The ${what} of this link can be read by the app only, and it does not run; the sign-in was not tried.`,
    remedy('Start the app, then run the doctor again', 'catalyst-companion serve'),
  );
}

/** As far as the host key, where nothing can be signed in with. */
async function lookOnly(rounds: Rounds, one: DoctorCase, config: SshLink, because: string): Promise<void> {
  const [first] = [...config.jump, config];
  if (!first) return;
  const subject = at(first);
  let stage: LinkStage | undefined;
  let since = performance.now();
  const lap = () => {
    const ms = performance.now() - since;
    since = performance.now();
    return ms;
  };
  const context = dialContext(one, config, rounds.signal, (reached) => {
    if (reached === 'host-key')
      rounds.note('tcp.connect', subject, ok(`${subject} takes connections.`), lap());
    stage = reached;
  });
  try {
    await lookAtHost(config, context);
    rounds.note('ssh.greeting', subject, ok('It greets as an SSH server.'), lap());
    rounds.note('ssh.host-key', subject, ok('Its host key is the one that is stored.'), 0);
    rounds.note('ssh.sign-in', subject, skipped(because), 0);
  } catch (thrown) {
    if (rounds.signal.aborted) return;
    const error = asAppError(thrown);
    const id = placeOfSshError(error.code, stage ?? 'tcp');
    if (id === 'ssh.host-key') rounds.note('ssh.greeting', subject, ok('It greets as an SSH server.'), lap());
    rounds.note(id, subject, findingOf(id, error, config, rounds.profile), lap());
  }
}

/** Opens an SSH link layer by layer; undefined where one is broken. Local ports of the link are not opened. */
export async function openSsh(rounds: Rounds, one: DoctorCase, link: SshLink): Promise<OpenLink | undefined> {
  const { expose: _ports, ...config } = link;
  const [first] = [...config.jump, config];
  if (!first || !(await checkName(rounds, first.host)) || rounds.signal.aborted) return undefined;
  const stages = new Stages(rounds, config);
  const signal = AbortSignal.any([rounds.signal, AbortSignal.timeout(SSH_MS)]);
  try {
    return await dialSsh(
      config,
      dialContext(one, link, signal, (stage) => stages.reach(stage)),
    );
  } catch (thrown) {
    if (rounds.signal.aborted) return undefined;
    const error = thrown instanceof AppError ? thrown : asAppError(thrown);
    const id = placeOfSshError(error.code, stages.stage);
    const gentle = one.ports.secrets === undefined ? withoutApp(error, config) : undefined;
    stages.end(id, gentle ?? findingOf(id, error, config, rounds.profile));
    if (id === 'ssh.keys')
      await lookOnly(rounds, one, config, 'There is nothing to sign in with; see above.');
    return undefined;
  }
}
