import type { ClientId } from '../../contract/bridge.ts';
import type { Inspection, WrittenEntry } from '../clients/inspect.ts';
import type { DoctorCase } from './ports.ts';
import { remedy, shellWord } from './remedy.ts';
import { failed, ok, skipped, warning } from './rounds.ts';
import type { Finding, Rounds } from './rounds.ts';
import { clientEnv, startAsClient } from './stub-start.ts';
import type { StubRun } from './stub-start.ts';

const PROBE_MS = 5_000;
const INITIALIZE_MS = 10_000;
const END_MS = 2_000;
/** Claude gives up after 60 s; a start this slow is felt long before. */
const SLOW_MS = 3_000;

const again = (
  client: ClientId,
  profile: string,
  text = 'Write the entry again, which installs the program',
) => remedy(text, `catalyst-companion clients install ${client} ${profile}`);

/** What a program said last on standard error, as the rest of a sentence. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const telling = lines.find((line) => /^\w*Error\b|cannot find|not found/i.test(line)) ?? lines.at(-1) ?? '';
  return telling === '' ? '' : ` It said: "${telling.replace(/[^ -~]+/g, ' ').slice(0, 160)}".`;
}

/** How a start is judged. */
export function startFinding(run: StubRun, entry: WrittenEntry, client: ClientId): Finding {
  const help = again(client, entry.profile);
  if (run.spawnError === 'ENOENT')
    return failed(`${entry.command} is not there, so the client cannot start it.`, help);
  if (run.spawnError === 'EACCES') return failed(`${entry.command} may not be run (EACCES).`, help);
  if (run.spawnError !== null) return failed(`It cannot be started (${run.spawnError}).`, help);
  if (run.noise !== null)
    return failed(`It writes something else than JSON to standard output: "${run.noise}".`, help);
  if (run.said === null) {
    const early = run.endedByItself && run.exitCode !== null && run.exitCode !== 0;
    const how = early
      ? `It ended with code ${run.exitCode} before it answered.`
      : 'It did not answer initialize within 10 s.';
    return failed(`${how}${lastWords(run.stderr)}`, help);
  }
  if ('error' in run.said) return failed(`It answered initialize with an error: "${run.said.error}".`, help);
  const ms = Math.round(run.initializeMs ?? 0);
  if (!run.endedByItself)
    return warning(
      `It answered after ${ms} ms, but did not end with its input; Claude would have to kill it.`,
      help,
    );
  if (ms > SLOW_MS)
    return warning(
      `It answered initialize only after ${(ms / 1000).toFixed(1)} s.`,
      remedy('Look whether a virus scanner or a slow disk holds up the start of programs'),
    );
  return ok(`It answered initialize after ${ms} ms and ended with its input.`);
}

function probeFinding(run: StubRun, entry: WrittenEntry, client: ClientId): Finding {
  if (run.discoverMs !== null)
    return ok(`It answered server/discover after ${Math.round(run.discoverMs)} ms.`);
  if (run.initializeMs === null) return skipped('It did not answer at all; see its start.');
  return failed(
    'It does not answer server/discover, so Cowork and Code do not load it.',
    again(client, entry.profile, 'Write the entry again, which installs the present program'),
  );
}

function installedFinding({ stub }: Inspection, profile: string, used: boolean): Finding {
  const help = again('claude-desktop', profile);
  if (!stub.exists)
    return used
      ? failed(`${stub.path} is not there, though a client is set up to start it.`, help)
      : skipped('It is installed with the first client that is set up.');
  if (!stub.current)
    return warning(
      `${stub.path} is not the program of this version; it is older, or was changed.`,
      again('claude-desktop', profile, 'Install the present one'),
    );
  return ok('It is there, and is the one of this version.');
}

/** The installed program, and the start of it by the entry that is written for this profile. */
export async function checkStub(rounds: Rounds, one: DoctorCase, inspection: Inspection): Promise<void> {
  const { name } = one.profile;
  const found = inspection.files.flatMap(({ client, entries }) =>
    entries.filter(({ profile }) => profile === name).map((entry) => ({ client, entry })),
  );
  const { stub } = inspection;
  rounds.note('stub.installed', stub.path, installedFinding(inspection, name, found.length > 0), 0);
  const [first] = found;
  if (!first) {
    rounds.note(
      'stub.start',
      null,
      skipped('No client is set up for this profile; there is no command to start.'),
      0,
    );
    return;
  }
  const { client, entry } = first;
  const subject = [entry.command, ...entry.args].map(shellWord).join(' ');
  let run: StubRun | undefined;
  await rounds.run('stub.start', subject, PROBE_MS + INITIALIZE_MS + END_MS + 3_000, async (signal) => {
    run = await startAsClient({
      command: entry.command,
      args: entry.args,
      env: clientEnv(one.ports.platform, one.ports.env, entry),
      cwd: one.ports.userHome,
      version: one.ports.version,
      signal,
      probeMs: PROBE_MS,
      initializeMs: INITIALIZE_MS,
      endMs: END_MS,
    });
    return startFinding(run, entry, client);
  });
  if (run && run.spawnError === null)
    rounds.note('stub.probe', null, probeFinding(run, entry, client), run.discoverMs ?? 0);
}
