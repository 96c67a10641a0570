import type { CatalogueView, ToolEntry } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import { LIMIT_NAMES } from '../../contract/limits-text.ts';
import { wantsNameTyped } from './approval.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Limits, Profile } from '../../contract/profile.ts';
import { hintsTakenBack } from '../guard/annotations.ts';
import type { GuardGate } from '../guard/gate.ts';
import { loosened } from '../guard/limits.ts';
import type { Trail } from '../guard/trail.ts';
import type { Log } from '../ports.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { RecordActivity } from '../seams.ts';
import type { Services } from '../services.ts';
import type { Store } from '../store.ts';

interface ControlParts {
  store: Store;
  profiles: Profiles;
  gate: GuardGate;
  audit: Trail;
  /** Made after the guard, which it asks. */
  catalogue(): Pick<Catalogue, 'approve' | 'block'>;
  record: RecordActivity;
  log: Log;
}

const optionOf = (key: keyof Limits): string => LIMIT_NAMES.find((one) => one.key === key)?.option ?? key;

/** Values that are there; a key without one would not be read back. */
const given = (limits: Limits): Limits =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));

/** What a person does about the guard itself: limits, grants, outcomes; and what the guard notices about tools. */
export class GuardDesk {
  readonly #parts: ControlParts;
  /** Definitions that were reported, by profile, tool and hash. */
  readonly #reported = new Set<string>();

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  #profile(name: string): Profile {
    const profile = this.#parts.store.state.profiles[name]?.profile;
    if (profile) return profile;
    throw new AppError(
      'PROFILE_UNKNOWN',
      `There is no profile "${name}".`,
      'See what there is with: catalyst-companion profile list',
    );
  }

  /**
   * Replaces all limits of a profile; grants end with it. Throws PROFILE_UNKNOWN, and CONFIRMATION_NEEDED where one gets
   * looser and `confirm` is not the profile's name. The demo keeps its limits until the app quits.
   */
  async setLimits(name: string, limits: Limits, confirm: string | undefined): Promise<Profile> {
    const { store, profiles, gate, record } = this.#parts;
    const { limits: before = {}, environment } = this.#profile(name);
    const after = given(limits);
    const looser = loosened(before, after).map(optionOf);
    if (looser.length > 0 && environment !== 'demo' && confirm !== name)
      throw new AppError(
        'CONFIRMATION_NEEDED',
        `This makes limits looser (${looser.join(', ')}); that needs the profile's name typed.`,
        `Type ${name} to confirm (--confirm ${name}), or leave them as they are.`,
      );
    const kept = Object.keys(after).length > 0 ? after : undefined;
    await profiles.setLimits(name, kept);
    const path = ['profiles', name, 'profile', 'limits'];
    store.change(kept ? { op: 'set', path, value: kept } : { op: 'remove', path });
    gate.grants.end(name, 'the limits changed');
    const detail = kept ? JSON.stringify(kept) : 'none';
    record({
      profile: name,
      kind: 'config',
      actor: 'you',
      title: 'Changed the limits',
      outcome: 'ok',
      detail,
    });
    await this.#write(
      'limits-set',
      name,
      looser.length > 0 ? `${detail} (looser: ${looser.join(', ')})` : detail,
    );
    return this.#profile(name);
  }

  /** False where it had ended already. */
  revokeGrant(profile: string, id: string): boolean {
    this.#profile(profile);
    return this.#parts.gate.grants.revoke(profile, id);
  }

  /** Throws PROFILE_UNKNOWN, and INPUT_INVALID where there is no such open outcome or it still runs. */
  async dismiss(profile: string, id: string): Promise<void> {
    this.#profile(profile);
    await this.#parts.gate.outcomes.dismiss(profile, id);
  }

  /** Throws INPUT_INVALID where a tool would run unasked and the profile's name was not typed. */
  async approveTools(input: Parameters<Services['guard']['approveTools']>[0]): Promise<ToolEntry[]> {
    const { profile, tools, as, confirm } = input;
    const { environment } = this.#profile(profile);
    if (environment !== 'demo' && confirm !== profile) wantsNameTyped(this.#parts.gate, profile, tools, as);
    const approved = await this.#parts.catalogue().approve(profile, tools, as);
    for (const tool of tools)
      await this.#write('tool-approved', profile, `${tool.name} ${tool.hash} ${as ?? ''}`.trim());
    return approved;
  }

  async blockTools(profile: string, tools: string[]): Promise<ToolEntry[]> {
    this.#profile(profile);
    const blocked = await this.#parts.catalogue().block(profile, tools);
    for (const tool of tools) await this.#write('tool-blocked', profile, tool);
    return blocked;
  }

  /** The tools of a profile are other ones now: grants end with their definitions, and promises taken back are told. */
  catalogueChanged(profile: string, { tools }: CatalogueView): void {
    const hashes = new Map(tools.map(({ name, hash }) => [name, hash]));
    this.#parts.gate.grants.checkDefinitions(profile, (tool) => hashes.get(tool));
    for (const { name, hash, definition, previous } of tools) {
      const said = previous === null ? [] : hintsTakenBack(previous, definition);
      const key = JSON.stringify([profile, name, hash]);
      if (said.length === 0 || this.#reported.has(key)) continue;
      this.#reported.add(key);
      const detail = `The server changed its own words about it: ${said.join(', and ')}. It is off until you approve it.`;
      const title = `Security: ${name} is not what was approved`;
      this.#parts.record({ profile, kind: 'tools', actor: 'app', title, outcome: 'refused', detail });
      void this.#write('security-event', profile, detail, { actor: 'app', tool: name });
    }
  }

  async #write(kind: string, profile: string, detail: string, more: object = {}): Promise<void> {
    try {
      await this.#parts.audit.append({ actor: 'you', kind, profile, detail, ...more }, { sync: true });
    } catch (error) {
      this.#parts.log.error('audit entry could not be written', { kind, profile, error });
    }
  }
}
