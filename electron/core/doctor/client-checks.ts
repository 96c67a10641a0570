import type { InspectedFile, Inspection } from '../clients/inspect.ts';
import type { DoctorCase } from './ports.ts';
import { remedy, remedyOf } from './remedy.ts';
import { failed, ok, skipped, warning } from './rounds.ts';
import type { Finding, Rounds } from './rounds.ts';

const install = (client: string, profile: string) =>
  `catalyst-companion clients install ${client} ${profile}`;

const QUIT = 'Quit Claude completely (tray or menu bar, not only its window)';

const day = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

export function configFinding(file: InspectedFile, profile: string): Finding {
  if (file.problem) return failed(file.problem.message, remedyOf(file.problem.next, profile));
  if (!file.exists) return skipped('There is no such file yet.');
  if (file.bom)
    return failed(
      'It begins with a byte order mark, which makes Claude drop all servers and write the file anew.',
      remedy('Write the entry again; the mark is taken out', install(file.client, profile)),
    );
  const more = file.others.length;
  const entries =
    more === 0 ? '' : `; other entries: ${file.others.slice(0, 6).join(', ')}${more > 6 ? ' …' : ''}`;
  return ok(`It parses${entries}.`);
}

/** Whether our entry stands in a file as it was written. */
export function entryFinding(file: InspectedFile, profile: string): Finding {
  const entry = file.entries.find((each) => each.profile === profile);
  const written = file.written[profile];
  if (entry?.state === 'ours') return ok(`It stands there as ${entry.key}, as it was written.`);
  if (entry?.state === 'moved')
    return warning(
      `${entry.key} stands there as an earlier version wrote it; the app or its Node has moved since.`,
      remedy(`${QUIT}, then write it again`, install(file.client, profile)),
    );
  if (entry?.state === 'replaced')
    return failed(
      `${entry.key} starts another program than ours now.`,
      remedy('Look at it; if you do not know it, write ours again', install(file.client, profile)),
    );
  if (entry)
    return warning(
      `${entry.key} is not as it was written: its command, arguments or environment were changed.`,
      remedy('Look at it, then write it again', install(file.client, profile)),
    );
  if (written !== undefined)
    return failed(
      `The entry was written on ${day(written)} UTC and is gone; Claude may have written the file from its memory.`,
      remedy(`${QUIT}, then write it again`, install(file.client, profile)),
    );
  return warning(
    'No entry of this profile stands there.',
    remedy('Set it up', install(file.client, profile)),
  );
}

/** Whether every copy of Claude's file that is there has the entry. */
export function copiesFinding(files: readonly InspectedFile[], profile: string): Finding | undefined {
  if (files.length < 2) return undefined;
  const has = (file: InspectedFile) => file.entries.some((entry) => entry.profile === profile);
  const without = files.filter((file) => !has(file));
  if (without.length === 0) return ok(`The entry stands in all ${files.length} copies.`);
  if (without.length === files.length) return undefined;
  return warning(
    `The entry stands in ${files.length - without.length} of ${files.length} copies; it is missing in ${without.map(({ label }) => label).join(', ')}, which Claude may be the one to read.`,
    remedy(`${QUIT}, then write it again: every copy gets it`, install('claude-desktop', profile)),
  );
}

function runningFinding(files: readonly InspectedFile[], profile: string, logAt: number | null): Finding {
  const running = files.some((file) => file.running);
  if (!running) return ok('Claude does not run now; it reads the file at its start.');
  const written = Math.max(0, ...files.map((file) => file.written[profile] ?? 0));
  if (written > 0 && (logAt === null || logAt < written))
    return warning(
      'Claude runs and has not started this entry since it was written.',
      remedy(`${QUIT}, then start it again`),
    );
  return ok('Claude runs.');
}

/** Where an entry of this profile is, or was, or belongs. */
export function filesFor(inspection: Inspection, profile: string): InspectedFile[] {
  return inspection.files.filter(
    (file) =>
      file.client === 'claude-desktop' ||
      file.entries.some((entry) => entry.profile === profile) ||
      file.written[profile] !== undefined,
  );
}

/** Claude's configuration, and that of other clients as far as this profile stands in it. `logAt`: when the log of our entry was last written. */
export function checkClients(
  rounds: Rounds,
  one: DoctorCase,
  inspection: Inspection,
  logAt: number | null,
): void {
  const { name } = one.profile;
  const claude = inspection.files.filter(({ client }) => client === 'claude-desktop');
  const here = claude.some(({ found, exists }) => found || exists);
  const other = filesFor(inspection, name).some(({ client }) => client !== 'claude-desktop');
  rounds.note(
    'client.found',
    null,
    here ? ok('Claude Desktop is on this computer.') : skipped('Claude Desktop is not on this computer.'),
    0,
  );
  if (!here && !other) return;
  for (const file of filesFor(inspection, name)) {
    if (file.client === 'claude-desktop' && !here) continue;
    rounds.note('client.config', file.path, configFinding(file, name), 0);
    if (!file.problem) rounds.note('client.entry', file.path, entryFinding(file, name), 0);
  }
  const copies = copiesFinding(
    claude.filter(({ problem }) => !problem),
    name,
  );
  if (copies) rounds.note('client.copies', null, copies, 0);
  if (here) rounds.note('client.running', null, runningFinding(claude, name, logAt), 0);
}
