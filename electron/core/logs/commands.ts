import { shellFolder } from '../shell-folder.ts';

/** How many lines of the past each container gives when following begins. */
export const TAIL = 200;

export interface FollowCommand {
  /** What the screen names as the source. */
  ref: string;
  command: string;
}

/** Follows every running container where there is no compose; the names are put in front as compose does it. */
const DOCKER_ALONE =
  `names=$(docker ps --format '{{.Names}}') || exit $?; for c in $names; do ` +
  `docker logs --tail=${TAIL} -f "$c" 2>&1 | sed -u "s/^/$c  | /" & done; wait`;

/** Follows log files where there is no docker at all: those of the folder, and those of Catalyst's cron. */
const filesOf = (folder: string): string =>
  `found=; for f in ${folder}/logs/*.log /var/log/catalyst/*.log; do [ -r "$f" ] || continue; found=1; ` +
  `n=$(basename "$f" .log); tail -n ${TAIL} -F "$f" 2>/dev/null | sed -u "s/^/$n  | /" & done; ` +
  `[ -n "$found" ] || exit 127; wait`;

/** The ways to follow the logs, in the order they are tried: compose v1, compose v2, docker alone, files. */
export function followCommands(dir: string): FollowCommand[] {
  const folder = shellFolder(dir);
  return [
    { ref: 'docker-compose logs', command: `cd ${folder} && docker-compose logs --tail=${TAIL} -f` },
    { ref: 'docker compose logs', command: `cd ${folder} && docker compose logs --tail=${TAIL} -f` },
    { ref: 'docker logs', command: DOCKER_ALONE },
    { ref: 'log files', command: filesOf(folder) },
  ];
}

/** What an ended command says about the next one to try. */
export type Ending =
  | { next: 'other-command' }
  | { next: 'again'; reason: string }
  /** Waiting a little does not help: the folder or docker is not there, or not ours to use. */
  | { next: 'later'; reason: string };

/** Reads how a follow command ended from its exit code (null: killed or connection lost) and its last words. */
export function endingOf(code: number | null, stderr: string, dir: string): Ending {
  const words = stderr.trim();
  if (/can't cd to|\bcd:.*(?:no such file|not a directory|permission denied)/i.test(words)) {
    return { next: 'later', reason: `The folder ${dir} does not exist on the droplet; set it with --dir.` };
  }
  const missing = /(?:command )?not found|is not a docker command|unknown shorthand flag|unknown command/i;
  if (code === 127 || (code !== 0 && missing.test(words))) return { next: 'other-command' };
  if (/permission denied/i.test(words)) {
    return {
      next: 'later',
      reason: 'This user may not use docker on the droplet; add it to the group docker.',
    };
  }
  if (/suitable configuration file|no configuration file/i.test(words)) {
    return {
      next: 'later',
      reason: `There is no docker-compose.yml in ${dir} on the droplet; set the folder with --dir.`,
    };
  }
  const last = words.split('\n').at(-1)?.trim().slice(0, 200) ?? '';
  if (/cannot connect to the docker daemon|couldn't connect to docker/i.test(words)) {
    return { next: 'again', reason: 'Docker does not run on the droplet; start it: systemctl start docker' };
  }
  if (code === null) return { next: 'again', reason: 'The log stream was cut.' };
  return { next: 'again', reason: last === '' ? 'The log stream ended.' : `The log stream ended: ${last}` };
}
