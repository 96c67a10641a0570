import fs from 'node:fs/promises';
import { AppError } from '../../contract/errors.ts';
import { changesOf } from '../clients/journal.ts';
import { writtenEntries } from '../clients/written.ts';
import { checkProfile } from '../link/check-profile.ts';
import { Profiles } from '../profiles/profiles.ts';
import { SettingsStore } from '../settings.ts';
import type { DoctorCase } from './ports.ts';
import { remedy, shellWord } from './remedy.ts';
import { failure, ok, warning } from './rounds.ts';
import type { Rounds } from './rounds.ts';

const FILES_MS = 5_000;

async function openToOthers(path: string): Promise<boolean> {
  return await fs.stat(path).then(
    ({ mode }) => (mode & 0o077) !== 0,
    () => false,
  );
}

/** The state files, their permissions, and the profile itself. Nothing is connected. */
export async function checkProfileFiles(rounds: Rounds, one: DoctorCase): Promise<boolean> {
  const { ports, profile } = one;
  const { home } = ports;
  await rounds.run('profile.files', home.dir, FILES_MS, async () => {
    await new Profiles(home.profiles).load();
    await new SettingsStore(home.settings).load();
    await changesOf(home, 'claude-desktop');
    await writtenEntries(home);
    return ok('They parse.');
  });
  await rounds.run('profile.private', home.dir, FILES_MS, async () => {
    if (ports.platform === 'win32') return ok('It is within your user folder.');
    const watched = [home.dir, home.secrets, home.profiles, home.keys, home.run];
    const open = await Promise.all(watched.map(openToOthers));
    const first = watched.find((_path, index) => open[index]);
    if (first === undefined) return ok('It can be read by you alone.');
    return warning(
      `${first} can be read by other users of this computer.`,
      remedy('Take their rights away', `chmod -R go= ${shellWord(home.dir)}`),
    );
  });
  const state = await rounds.run('profile.links', profile.name, FILES_MS, () => {
    try {
      checkProfile(profile);
    } catch (error) {
      return failure(error, profile.name);
    }
    const unsupported = profile.links.every(({ kind }) => kind === 'kubernetes');
    if (unsupported)
      return failure(
        new AppError(
          'LINK_KIND_UNSUPPORTED',
          'Kubernetes links are not available yet, and the profile has no other.',
          'Keep a kubectl port-forward running and add the profile with --direct URL.',
        ),
        profile.name,
      );
    const { length } = profile.links;
    return ok(
      length === 1
        ? 'Its link is written as it should be.'
        : `Its ${length} links are written as they should be.`,
    );
  });
  return state === 'ok';
}
