import fs from 'node:fs/promises';
import path from 'node:path';
import type { InspectedFile, Inspection } from '../clients/inspect.ts';
import type { FoundMarker } from './log-markers.ts';
import { lastMarker, mainMarkers, SERVER_MARKERS } from './log-markers.ts';
import type { DoctorCase } from './ports.ts';
import { remedy } from './remedy.ts';
import { ok, skipped, warning } from './rounds.ts';
import type { Finding, Rounds } from './rounds.ts';

/** As much of the end of a log as is read. */
const TAIL_BYTES = 128 << 10;

interface Tail {
  readonly file: string;
  readonly text: string;
  readonly at: number;
}

/** The end of a regular file; undefined where there is none that can be read. */
async function tailOf(file: string): Promise<Tail | undefined> {
  try {
    // opening a pipe would wait for its other end
    if (!(await fs.stat(file)).isFile()) return undefined;
    const handle = await fs.open(file, 'r');
    try {
      const { size, mtimeMs } = await handle.stat();
      const length = Math.min(size, TAIL_BYTES);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
      const text = buffer.toString('utf8', 0, bytesRead);
      // the first line of a tail is a part of one
      return { file, text: size > length ? text.slice(text.indexOf('\n') + 1) : text, at: mtimeMs };
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

async function newest(dirs: readonly string[], name: string): Promise<Tail | undefined> {
  const tails = await Promise.all(dirs.map((dir) => tailOf(path.join(dir, name))));
  return tails
    .filter((tail) => tail !== undefined)
    .reduce<Tail | undefined>((best, tail) => (best && best.at >= tail.at ? best : tail), undefined);
}

const when = (at: number | null): string =>
  at === null ? '' : ` (${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC)`;

/** A marker as a finding; trouble from before the entry was written is over. */
export function markerFinding(
  marker: FoundMarker | undefined,
  writtenAt: number | undefined,
  nothing: string,
): Finding {
  if (!marker) return ok(nothing);
  const { trouble, at, help } = marker;
  if (trouble === undefined) return ok(`The last start went well${when(at)}.`);
  if (at !== null && writtenAt !== undefined && at < writtenAt)
    return ok(`Before the entry was last written: ${trouble}${when(at)}.`);
  return warning(`The last thing it tells: ${trouble}${when(at)}.`, help);
}

async function isDir(dir: string): Promise<boolean> {
  return await fs.stat(dir).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
}

export interface ServerLog {
  /** When the log of our entry was last written; null where there is none. */
  readonly at: number | null;
  check(rounds: Rounds): Promise<void>;
}

/** Finds the log of our entry; its check tells what stands at its end, and at the end of Claude's own logs. */
export async function openLogs(one: DoctorCase, inspection: Inspection): Promise<ServerLog> {
  const { name } = one.profile;
  const files = inspection.files.filter(({ client }) => client === 'claude-desktop');
  const dirs = [...new Set(files.flatMap(({ logDirs }) => logDirs))];
  const present = (await Promise.all(dirs.map(isDir))).flatMap((there, i) => (there ? [dirs[i] ?? ''] : []));
  const key = keyOf(files, name);
  const tail = await newest(present, `mcp-server-${key}.log`);
  return {
    at: tail?.at ?? null,
    check: (rounds) => check(rounds, { files, dirs, present, key, tail, profile: name }),
  };
}

const keyOf = (files: readonly InspectedFile[], profile: string): string =>
  files.flatMap(({ entries }) => entries).find((entry) => entry.profile === profile)?.key ?? profile;

interface Found {
  readonly files: readonly InspectedFile[];
  readonly dirs: readonly string[];
  readonly present: readonly string[];
  readonly key: string;
  readonly tail: Tail | undefined;
  readonly profile: string;
}

async function check(rounds: Rounds, { files, dirs, present, key, tail, profile }: Found): Promise<void> {
  const setUp = files.some(({ entries }) => entries.some((entry) => entry.profile === profile));
  const here = files.some(({ found, exists }) => found || exists);
  if (!here) return;
  if (present.length === 0) {
    const finding = setUp
      ? warning(
          'Claude has no log folder where it belongs to this configuration; it was not started since, or reads another one.',
          remedy('Start Claude once, then run the doctor again'),
        )
      : skipped('Claude has not logged anything yet.');
    rounds.note('log.folder', dirs[0] ?? null, finding, 0);
    return;
  }
  rounds.note('log.folder', present[0] ?? null, ok('It is there.'), 0);
  const writtenAt = Math.max(0, ...files.map((file) => file.written[profile] ?? 0)) || undefined;
  await rounds.run('log.server', tail?.file ?? null, 5_000, () =>
    tail
      ? markerFinding(lastMarker(tail.text, SERVER_MARKERS), writtenAt, 'It tells of no trouble.')
      : setUp
        ? warning(
            'Claude has never started this entry: it has no log of its own.',
            remedy('Quit Claude completely (tray or menu bar) and start it'),
          )
        : skipped('This profile is not set up in Claude.'),
  );
  await rounds.run('log.main', null, 5_000, async () => {
    const tails = await Promise.all(['main.log', 'mcp.log'].map((name) => newest(present, name)));
    const text = tails.map((each) => each?.text ?? '').join('\n');
    return markerFinding(
      lastMarker(text, mainMarkers(key)),
      writtenAt,
      'They tell of no trouble with our entry.',
    );
  });
}
