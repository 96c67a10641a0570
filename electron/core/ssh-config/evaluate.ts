import { isIP, SocketAddress } from 'node:net';
import { AppError } from '../../contract/errors.ts';
import { readJump } from './jump-spec.ts';
import { ALIASES, hasNoEffect, KEYWORDS, remarkOn, TIME_WANTED } from './keywords.ts';
import type { Place, SshNote } from './lines.ts';
import { invalidLine } from './lines.ts';
import type { ConfigFile, LoadedLine, SshConfig } from './load.ts';
import { matchLine } from './match-line.ts';
import { isSpecific, matchesList, matchesPattern } from './patterns.ts';
import { expandTokens } from './tokens.ts';
import { readPort } from './values.ts';

/** What the command line says beside the alias; it wins over the configuration. */
export interface Given {
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** As `ssh -J` takes it. */
  readonly jump?: string | undefined;
}

/** A setting in force, and the line that it comes from. */
export interface Setting extends Place {
  readonly values: readonly string[];
  /** It comes from the system's configuration, not from the user's. */
  readonly system?: boolean;
}

/** What the configuration says of one alias, unexpanded apart from the host's name. */
export interface Evaluated {
  readonly alias: string;
  /** In lower case, an address in its usual form. */
  readonly hostName: string;
  readonly settings: ReadonlyMap<string, Setting>;
  readonly identityFiles: readonly Setting[];
  readonly certificateFiles: readonly Setting[];
  readonly notes: readonly SshNote[];
  /** A Host or Match line names this host, or HostName is said for it. */
  readonly named: boolean;
}

/** Lines looked at for one alias: files that include each other many times over would never end. */
const MAX_STEPS = 500_000;

/** An address as the system writes it; undefined for a name. */
function canonicalAddress(host: string): string | undefined {
  const family = isIP(host);
  if (family === 4 || (family === 6 && host.includes('%'))) return host;
  if (family === 6) return new SocketAddress({ address: host, family: 'ipv6' }).address;
  // 127.1 and 0x7f000001 are addresses too
  if (!/^[0-9.]+$|^0x/i.test(host)) return undefined;
  const { hostname } = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`) : { hostname: '' };
  return isIP(hostname) === 4 ? hostname : undefined;
}

/** One walk through the configuration for one alias, as ssh does it: for every setting the first value counts. */
class Walk {
  readonly settings = new Map<string, Setting>();
  readonly identityFiles: Setting[] = [];
  readonly certificateFiles: Setting[] = [];
  readonly notes = new Map<string, SshNote>();
  named = false;
  wantsFinal = false;
  readonly #config: SshConfig;
  readonly #alias: string;
  /** What Host lines are compared with: the alias, in the final pass the host's name. */
  #host: string;
  #finalPass = false;
  #inSystem = false;
  #steps = 0;

  constructor(config: SshConfig, alias: string, given: Given) {
    this.#config = config;
    this.#alias = alias;
    this.#host = alias;
    const place = { file: '', line: 0 };
    if (given.user !== undefined) this.settings.set('user', { ...place, values: [given.user] });
    if (given.port !== undefined) this.settings.set('port', { ...place, values: [String(given.port)] });
    if (given.jump !== undefined) this.settings.set('proxyjump', { ...place, values: [given.jump] });
  }

  #note(place: Place, text: string): void {
    const { file, line } = place;
    this.notes.set(`${file}\n${line}\n${text}`, { file, line, text });
  }

  pass(final?: { hostName: string }): void {
    if (final) [this.#finalPass, this.#host] = [true, final.hostName];
    for (const file of this.#config.files) {
      this.#inSystem = file.path === this.#config.around.systemFile;
      this.#file(file, true, false);
    }
  }

  #file(file: ConfigFile, startsActive: boolean, never: boolean): void {
    let active = startsActive;
    for (const line of file.lines) {
      if (++this.#steps > MAX_STEPS) throw invalidLine(line, 'the included files are far too many');
      if (line.keyword === 'host') active = !never && this.#hostLine(line);
      else if (line.keyword === 'match') active = this.#matchLine(line, never) && !never;
      // an include that does not apply is walked all the same: it may ask for the final pass
      else if (line.keyword === 'include')
        for (const each of line.included) this.#file(each, active, never || !active);
      else this.#directive(line, active);
    }
  }

  #hostLine(line: LoadedLine): boolean {
    if (line.args.includes('')) throw invalidLine(line, 'Host has an empty pattern');
    const found = matchesList(this.#host, line.args);
    const specific = (pattern: string) => isSpecific(pattern) && matchesPattern(this.#host, pattern);
    if (found && line.args.some(specific)) this.named = true;
    return found !== undefined;
  }

  hostName(): string {
    const setting = this.settings.get('hostname');
    if (!setting) return this.#alias;
    const expanded = expandTokens(setting.values[0] ?? '', { h: this.#alias });
    if ('problem' in expanded) throw invalidLine(setting, `HostName: ${expanded.problem}`);
    return expanded.text;
  }

  #matchLine(line: LoadedLine, never: boolean): boolean {
    const { userName } = this.#config.around;
    const facts = {
      host: this.#finalPass ? this.#host : this.hostName(),
      originalHost: this.#alias,
      user: this.settings.get('user')?.values[0] ?? userName,
      localUser: userName,
      finalPass: this.#finalPass,
    };
    try {
      const verdict = matchLine(line.args, facts);
      if (verdict.wantsFinal) this.wantsFinal = true;
      if (never) return false;
      if (verdict.names) this.named = true;
      for (const name of verdict.unsupported) {
        const why = name.endsWith('exec') ? ', nothing is run' : '';
        this.#note(line, `Match ${name} is not supported${why}: its block was left out`);
      }
      return verdict.matches;
    } catch (error) {
      throw error instanceof AppError ? error : invalidLine(line, (error as Error).message, error);
    }
  }

  #directive(line: LoadedLine, active: boolean): void {
    const keyword = ALIASES[line.keyword] ?? line.keyword;
    const kind = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (!kind) {
      if (active && !hasNoEffect(keyword) && !this.#ignored(keyword))
        this.#note(line, `${line.spelled.slice(0, 40)} is not known here and was ignored`);
      return;
    }
    const values = kind.take === 'rest' ? [line.rest.replace(/^[ \t=]+/, '')] : line.args;
    this.#check(line, keyword, values);
    if (!active || isUnset(kind.wants, values)) return;
    const setting = { file: line.file, line: line.line, values, system: this.#inSystem };
    if (kind.take === 'add')
      this.#add(keyword === 'identityfile' ? this.identityFiles : this.certificateFiles, setting);
    else if (!this.settings.has(keyword) && !this.#beaten(keyword)) this.settings.set(keyword, setting);
  }

  #check(line: LoadedLine, keyword: string, values: readonly string[]): void {
    const { take, wants } = KEYWORDS[keyword] ?? { take: 'rest' };
    if (take === 'one' || take === 'add') {
      if (values.length > 1) throw invalidLine(line, `${line.spelled} takes one value`);
      if (wants && !wants[0](values[0] ?? '')) throw invalidLine(line, `${line.spelled} takes ${wants[1]}`);
    }
    if (values.length === 0 || values.includes('')) throw invalidLine(line, `${line.spelled} has no value`);
    if (keyword !== 'proxyjump') return;
    try {
      readJump(values[0] ?? '');
    } catch (error) {
      throw invalidLine(line, (error as Error).message, error);
    }
  }

  /** Of ProxyJump and ProxyCommand the one that comes first counts, even where it says none. */
  #beaten(keyword: string): boolean {
    if (keyword === 'proxyjump') return this.settings.has('proxycommand');
    return keyword === 'proxycommand' && this.settings.has('proxyjump');
  }

  #ignored(keyword: string): boolean {
    const patterns = this.settings.get('ignoreunknown')?.values[0]?.toLowerCase().split(',') ?? [];
    return matchesList(keyword, patterns) !== undefined;
  }

  #add(list: Setting[], setting: Setting): void {
    if (!list.some((each) => each.values[0] === setting.values[0])) list.push(setting);
  }
}

/** To ssh a time of `none` is the same as nothing said, so that a later line counts. */
function isUnset(wants: unknown, values: readonly string[]): boolean {
  return wants === TIME_WANTED && values[0] === 'none';
}

/** What is in force and not taken over. */
function remarks(walk: Walk): SshNote[] {
  const notes: SshNote[] = [];
  for (const [keyword, { file, line, values, system = false }] of walk.settings) {
    const text = remarkOn(keyword, values.join(' '), system);
    if (text !== undefined) notes.push({ file, line, text });
  }
  return notes;
}

/**
 * What ssh would take from the configuration for `ssh alias`, by the rules of ssh_config(5). Pure: it reads no file,
 * runs nothing and looks nothing up. Throws SSH_CONFIG_INVALID for a line that ssh would refuse.
 */
export function evaluateSshConfig(config: SshConfig, alias: string, given: Given = {}): Evaluated {
  const walk = new Walk(config, alias, given);
  walk.pass();
  const written = walk.hostName();
  // ssh leaves what looks like an address with a zone as it is
  const hostName = canonicalAddress(written) ?? (/[%:]/.test(written) ? written : written.toLowerCase());
  const canonicalize = walk.settings.get('canonicalizehostname')?.values[0]?.toLowerCase() ?? 'no';
  if (walk.wantsFinal || ['yes', 'true', 'always'].includes(canonicalize)) walk.pass({ hostName });
  const { settings, identityFiles, certificateFiles, named } = walk;
  const notes = [...config.notes, ...walk.notes.values(), ...remarks(walk)];
  return {
    alias,
    hostName,
    settings,
    identityFiles,
    certificateFiles,
    notes,
    named: named || settings.has('hostname'),
  };
}

/** The port in force. */
export function portOf({ settings }: Evaluated): number {
  return readPort(settings.get('port')?.values[0] ?? '') ?? 22;
}
