import { AppError } from '../../contract/errors.ts';
import type { ComposeProgram } from '../../contract/containers.ts';
import { shellFolder } from '../shell-folder.ts';

/** What compose allows, without what a shell or an option could be made of. */
const SERVICE = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;

export const isServiceName = (name: string): boolean => SERVICE.test(name);

/** One way to learn what containers there are. `json`: with their states; else the names of the services, one a line. */
export interface ListCommand {
  program: ComposeProgram;
  json: boolean;
  command: string;
}

/** In the order they are tried: compose v2, its program of its own, and the old compose, which has no JSON. */
export function listCommands(dir: string): ListCommand[] {
  const at = (rest: string) => `cd ${shellFolder(dir)} && ${rest}`;
  return [
    { program: 'docker compose', json: true, command: at('docker compose ps --all --format json') },
    { program: 'docker-compose', json: true, command: at('docker-compose ps --all --format json') },
    { program: 'docker-compose', json: false, command: at('docker-compose ps --services') },
  ];
}

/**
 * The one command that changes something on the droplet. Throws INPUT_INVALID for a name that compose would not take:
 * nothing of a stranger's ever becomes a part of a command.
 */
export function restartCommand(program: ComposeProgram, dir: string, service: string): string {
  if (!isServiceName(service))
    throw new AppError(
      'INPUT_INVALID',
      'This is not the name of a service of docker-compose.',
      'Choose one of the services that are listed.',
    );
  return `cd ${shellFolder(dir)} && ${program} restart ${service}`;
}
