import { AppError } from '../contract/errors.ts';

const PLAIN_PATH = /^[A-Za-z0-9_./-]+$/;

function quoted(text: string): string {
  return PLAIN_PATH.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * A folder of the droplet as one shell word. A leading `~` or `~user` stays outside the quotes, so that the
 * shell there expands it; everything else is literal. Throws INPUT_INVALID for control characters and for nothing.
 */
export function shellFolder(dir: string): string {
  // a line break or a NUL in a path is an attack or a mistake, never a folder
  if (dir.trim() === '' || /\p{Cc}/u.test(dir)) {
    throw new AppError(
      'INPUT_INVALID',
      'The folder of docker-compose on the droplet is not usable as a path.',
      'Set it again: catalyst-companion profile add NAME --dir PATH',
    );
  }
  const home = /^(~[a-z_][a-z0-9_-]{0,31}|~)(?:\/(.*))?$/s.exec(dir);
  if (home) return home[2] === undefined || home[2] === '' ? home[1]! : `${home[1]}/${quoted(home[2])}`;
  return quoted(dir.startsWith('-') ? `./${dir}` : dir);
}
