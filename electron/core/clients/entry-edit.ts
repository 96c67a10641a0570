import { decodeConfig, parseConfig } from './document.ts';
import { keyFor, makeEntry, ownEntries } from './entry.ts';
import { removeServer, setServer } from './json-edit.ts';
import type { Location } from './location.ts';
import { describeOther } from './others.ts';
import { writtenAt, type PlanContext } from './plan-context.ts';

/** A file with the entry of a profile in it. Throws CLIENT_CONFIG_*. */
export function installed(
  bytes: Buffer | undefined,
  profile: string,
  location: Location,
  context: PlanContext,
): Buffer {
  const { launch } = context;
  const { text, bom } = decodeConfig(bytes ?? Buffer.alloc(0), location.path);
  const { servers } = parseConfig(text, location);
  const entry = makeEntry(profile, launch, location.typed);
  const written = writtenAt(location, context);
  const key = keyFor(profile, servers, launch, written);
  const own = ownEntries(servers, launch, location.typed, written).find((each) => each.key === key);
  if (own?.state === 'ours') return bytes === undefined || bom ? Buffer.from(text) : bytes;
  return Buffer.from(setServer(text, location, key, entry, own?.state === 'replaced'));
}

/** A file without our entries for a profile; the same bytes where there are none. */
export function removed(
  bytes: Buffer | undefined,
  profile: string,
  location: Location,
  context: PlanContext,
): Buffer | null {
  if (bytes === undefined) return null;
  const { text } = decodeConfig(bytes, location.path);
  const keys = ownKeysIn(bytes, profile, location, context);
  if (keys.length === 0) return bytes;
  return Buffer.from(keys.reduce((edited, key) => removeServer(edited, location, key), text));
}

/** Keys that are a profile's and that we may take out: what somebody put in the place of ours stays. */
export function ownKeysIn(
  bytes: Buffer,
  profile: string,
  location: Location,
  context: PlanContext,
): string[] {
  const { servers } = parseConfig(decodeConfig(bytes, location.path).text, location);
  return ownEntries(servers, context.launch, location.typed, writtenAt(location, context)).flatMap((own) =>
    own.profile === profile && own.state !== 'replaced' ? [own.key] : [],
  );
}

/** The key that an install uses, by what stands in the file before it. */
export function keyIn(
  bytes: Buffer | undefined,
  profile: string,
  location: Location,
  context: PlanContext,
): string {
  const { text } = decodeConfig(bytes ?? Buffer.alloc(0), location.path);
  const { servers } = parseConfig(text, location);
  return keyFor(profile, servers, context.launch, writtenAt(location, context));
}

/** Whether a key stands in the file, whoever it belongs to. */
export function hasKey(key: string, bytes: Buffer | undefined, location: Location): boolean {
  if (bytes === undefined) return false;
  return Object.hasOwn(parseConfig(decodeConfig(bytes, location.path).text, location).servers, key);
}

/** What to know of the key under which an entry is to stand. */
export function keyWarnings(
  before: Buffer | undefined,
  key: string | undefined,
  profile: string,
  location: Location,
  context: PlanContext,
): string[] {
  if (key !== undefined && key !== profile) {
    return [`The name ${profile} is taken by another entry in ${location.path}; ours is named ${key}.`];
  }
  const { servers } = parseConfig(decodeConfig(before ?? Buffer.alloc(0), location.path).text, location);
  const own = ownEntries(servers, context.launch, location.typed, writtenAt(location, context));
  const replaced = own.find((each) => each.key === key && each.state === 'replaced');
  if (replaced === undefined) return [];
  const { start } = describeOther(replaced.key, servers[replaced.key]);
  return [
    `Somebody put another entry in the place of ours: ${replaced.key} now starts ${start}. Writing puts ours back over it; if you made that entry, rename it first.`,
  ];
}
