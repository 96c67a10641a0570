import { createHash } from 'node:crypto';
import { AppError } from '../../contract/errors.ts';
import { presentEnvironment } from '../../contract/present.ts';
import type { LinkConfig, Profile } from '../../contract/profile.ts';
import type { Preferences } from '../../contract/settings.ts';
import type { ImportPlan } from '../../contract/transfer.ts';
import { TransferFile } from '../../contract/transfer.ts';
import type { AppPorts } from '../app-interface.ts';
import { DEMO_PROFILE } from '../profiles/profiles.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Store } from '../store.ts';

export interface TransferParts {
  store: Store;
  settings: Pick<SettingsDesk, 'change'>;
  addProfile(profile: Omit<Profile, 'wanted'>): Promise<Profile>;
  /** ISO 8601, for the head of the file. */
  now(): string;
}

/** An address may carry a user name and a password; neither leaves. */
function withoutUser(url: string): string {
  const parsed = new URL(url);
  if (parsed.username === '' && parsed.password === '') return url;
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

/** Files of known hosts say whom to trust: that is for the person at each computer to say. */
function taken(link: LinkConfig): LinkConfig {
  if (link.kind === 'https' || link.kind === 'direct') return { ...link, url: withoutUser(link.url) };
  if (link.kind !== 'ssh') return link;
  const { knownHosts: _trust, ...rest } = link;
  return rest;
}

function carried({ wanted: _wanted, ...profile }: Profile): Omit<Profile, 'wanted'> {
  return {
    ...profile,
    links: profile.links.map(taken),
    mcpUrl: withoutUser(profile.mcpUrl),
    services: profile.services.map((one) => ({ ...one, url: withoutUser(one.url) })),
  };
}

function linkText(link: LinkConfig): string {
  if (link.kind === 'ssh') return `SSH ${link.user}@${link.host}${link.port === 22 ? '' : `:${link.port}`}`;
  if (link.kind === 'kubernetes') return `Kubernetes ${link.context}/${link.namespace}/${link.service}`;
  return `${link.kind === 'https' ? 'HTTPS' : 'Direct'} ${new URL(link.url).host}`;
}

function read(text: string): TransferFile {
  const next = 'Choose a file that Catalyst Companion exported.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('INPUT_INVALID', 'This file is not JSON.', next, { cause });
  }
  const parsed = TransferFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') || 'the file';
  throw new AppError(
    'INPUT_INVALID',
    `This is no file of settings (${where}: ${(issue?.message ?? 'unknown').slice(0, 200)}).`,
    next,
  );
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Settings and profiles to a file and from one: shown before, nothing overwritten, no secrets either way. */
export class TransferDesk {
  readonly #parts: TransferParts;

  constructor(parts: TransferParts) {
    this.#parts = parts;
  }

  exportText(): string {
    const { state } = this.#parts.store;
    const profiles = state.order
      .filter((name) => name !== DEMO_PROFILE)
      .flatMap((name) => state.profiles[name]?.profile ?? [])
      .map(carried);
    const file: TransferFile = {
      kind: 'catalyst-companion',
      version: 1,
      exportedAt: this.#parts.now(),
      // a pause is of the moment
      settings: { ...state.settings, notices: { ...state.settings.notices, pausedUntil: null } },
      profiles,
    };
    return `${JSON.stringify(file, null, 2)}\n`;
  }

  #changes(file: TransferFile): ImportPlan['settings'] {
    const now = this.#parts.store.state.settings;
    return (Object.keys(file.settings) as (keyof Preferences)[])
      .filter((key) => shown(file.settings[key]) !== shown(now[key]))
      .map((key) => ({ name: key, from: shown(now[key]), to: shown(file.settings[key]) }));
  }

  preview(text: string): ImportPlan {
    const file = read(text);
    const { profiles: here, settings } = this.#parts.store.state;
    const hash = createHash('sha256')
      .update(text)
      .update(JSON.stringify([Object.keys(here), settings]));
    return {
      token: hash.digest('hex'),
      profiles: file.profiles.map((profile) => ({
        name: profile.name,
        change: profile.name in here || profile.name === DEMO_PROFILE ? ('kept' as const) : ('add' as const),
        text: `${presentEnvironment(profile.environment)}, ${profile.links.map(linkText).join(', then ')}`,
      })),
      settings: this.#changes(file),
    };
  }

  /** Throws INPUT_INVALID where the file or what is here is not what was shown; what was added before stays. */
  async import(input: {
    text: string;
    token: string;
    profiles: readonly string[];
    settings: boolean;
  }): Promise<{ added: string[]; settings: boolean }> {
    const plan = this.preview(input.text);
    if (plan.token !== input.token)
      throw new AppError(
        'INPUT_INVALID',
        'What would be imported is not what was shown; nothing was changed.',
        'Look at it again, then import.',
      );
    const file = read(input.text);
    const wanted = new Set(input.profiles);
    const added: string[] = [];
    for (const { name, change } of plan.profiles) {
      const profile = file.profiles.find((one) => one.name === name);
      if (change !== 'add' || !wanted.has(name) || profile === undefined || added.includes(name)) continue;
      await this.#parts.addProfile(carried({ ...profile, wanted: false }));
      added.push(name);
    }
    if (input.settings) await this.#parts.settings.change(file.settings);
    return { added, settings: input.settings };
  }
}

/** The desks of the Settings page. */
export function settingsDesks(
  {
    store,
    settingsDesk,
    ports,
  }: { store: Store; settingsDesk: SettingsDesk; ports: Pick<AppPorts, 'clock'> },
  services: Pick<TransferParts, 'addProfile'>,
): { settings: SettingsDesk; transfer: TransferDesk } {
  const transfer = new TransferDesk({
    store,
    settings: settingsDesk,
    addProfile: (profile) => services.addProfile(profile),
    now: () => new Date(ports.clock.now()).toISOString(),
  });
  return { settings: settingsDesk, transfer };
}
