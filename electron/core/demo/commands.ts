import type { FaultBoard } from './faults.ts';
import type { BookLine, LogBook } from './log-book.ts';
import { COMPOSE_DIR, containerName, LOG_SOURCES, SERVICE_NAMES, type LogSource } from './names.ts';

/** What a command line asks for, or how the droplet's shell refuses it. Nothing is ever executed. */
export type Command =
  | { kind: 'true' }
  | { kind: 'ps' }
  | { kind: 'ps-json' }
  | { kind: 'restart'; source: LogSource }
  | { kind: 'logs'; sources: readonly LogSource[]; tail: number; follow: boolean }
  | { kind: 'refused'; code: number; message: string };

/** Where a command's output goes. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  exit(code: number): void;
}

export interface CommandParts {
  logs: LogBook;
  faults: FaultBoard;
  portOf: (source: LogSource) => number;
}

const DIRECTORIES = [COMPOSE_DIR, '/home/demo/catalyst-trading-mcp'];
const refused = (code: number, message: string): Command => ({ kind: 'refused', code, message });
const notFound = (word: string): Command => refused(127, `bash: line 1: ${word}: command not found`);

/** A word without quotes around it. Only whole-word quotes occur in what the app sends. */
const unquoted = (word: string): string => word.replace(/^(['"])(.*)\1$/, '$2').replace(/^\$HOME\//, '~/');

function logsCommand(words: readonly string[]): Command {
  const sources: LogSource[] = [];
  let tail = Infinity;
  let follow = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const tailText = /^--tail=(.+)$/.exec(word)?.[1] ?? (word === '--tail' ? words[(at += 1)] : undefined);
    if (tailText !== undefined) {
      if (tailText !== 'all' && !/^\d{1,6}$/.test(tailText)) return refused(1, `Invalid --tail: ${tailText}`);
      tail = tailText === 'all' ? Infinity : Number(tailText);
    } else if (word === '-f' || word === '--follow') follow = true;
    else if (word.startsWith('-')) {
      if (word !== '--no-color') return refused(1, `Unknown option: ${word}`);
    } else {
      const source = LOG_SOURCES.find((name) => name === word);
      if (!source) return refused(1, `ERROR: No such service: ${word}`);
      sources.push(source);
    }
  }
  return { kind: 'logs', sources: sources.length > 0 ? sources : LOG_SOURCES, tail, follow };
}

function restart(service: string): Command {
  const source = LOG_SOURCES.find((name) => name === service);
  return source ? { kind: 'restart', source } : refused(1, `no such service: ${service}`);
}

/** What follows `docker-compose`. */
function composeCommand(words: readonly string[]): Command {
  const [first = '', ...rest] = words;
  if (words.join(' ') === 'ps') return { kind: 'ps' };
  if (words.join(' ') === 'ps --all --format json') return { kind: 'ps-json' };
  if (first === 'restart' && rest.length === 1) return restart(rest[0] ?? '');
  if (first === 'logs') return logsCommand(rest);
  return refused(1, `No such command: ${words.join(' ')}`);
}

/** The command inside the shell text that the app wraps around it, so that it ends with its channel; else the line itself. */
function commandInside(line: string): string {
  const [, inner] = /^exec sh -c '.*' companion '(.*)'$/s.exec(line) ?? [];
  return inner === undefined ? line : inner.replaceAll(String.raw`'\''`, "'");
}

/**
 * Reads a command line as sent over SSH exec: `true`, `docker-compose ps [--all --format json]`, `docker-compose restart SERVICE`,
 * `docker-compose logs [--no-color] [--tail=N] [-f] [SERVICE…]`, each optionally after `cd DIR && `.
 * Anything else, and anything with shell characters in it, is refused as by a shell that lacks the command.
 */
export function parseCommand(sent: string): Command {
  const line = commandInside(sent.trim()).trim();
  const [, dir, rest] = /^cd (\S+) && (.*)$/.exec(line) ?? [undefined, undefined, line];
  if (dir !== undefined && !DIRECTORIES.includes(unquoted(dir))) {
    return refused(1, `bash: line 1: cd: ${unquoted(dir)}: No such file or directory`);
  }
  const words = (rest ?? '').replace(/^exec /, '').split(/ +/);
  if (words.some((word) => !/^[A-Za-z0-9_./=-]*$/.test(word))) return notFound(words[0] ?? '');
  if (words.length === 1 && words[0] === 'true') return { kind: 'true' };
  if (words[0] !== 'docker-compose') return notFound(words[0] ?? '');
  if (dir === undefined) {
    return refused(
      1,
      "ERROR: \n        Can't find a suitable configuration file in this directory or any\n        parent. Are you in the right directory?",
    );
  }
  return composeCommand(words.slice(1));
}

/** The table of `docker-compose ps`, version 1. */
function composePs({ faults, portOf }: CommandParts): string {
  const row = (name: string, command: string, state: string, ports: string): string =>
    `${name.padEnd(24)}${command.padEnd(34)}${state.padEnd(15)}${ports}`.trimEnd();
  const lines = [row('         Name', '          Command', '   State', '          Ports'), '-'.repeat(104)];
  for (const source of LOG_SOURCES) {
    const isService = SERVICE_NAMES.find((name) => name === source);
    const down = isService ? faults.serviceDown(isService) : faults.mcpDown();
    const healthy = source === 'orchestration' || source === 'workflow' ? 'Up' : 'Up (healthy)';
    const port = portOf(source);
    lines.push(
      row(
        containerName(source),
        `python ${source}-service.py`,
        down ? 'Exit 1' : healthy,
        down ? '' : `0.0.0.0:${port}->${port}/tcp`,
      ),
    );
  }
  lines.push(row(containerName('redis'), 'docker-entrypoint.sh redis ...', 'Up (healthy)', '6379/tcp'));
  return `${lines.join('\n')}\n`;
}

/** `ps --format json` as compose 2.21 and newer print it: one object a line. */
function composeJson({ faults }: CommandParts): string {
  return LOG_SOURCES.map((source) => {
    const isService = SERVICE_NAMES.find((name) => name === source);
    const down = isService ? faults.serviceDown(isService) : faults.mcpDown();
    const checked = source !== 'orchestration' && source !== 'workflow';
    const row = {
      Name: containerName(source),
      Service: source,
      State: down ? 'exited' : 'running',
      Health: down || !checked ? '' : 'healthy',
      ExitCode: down ? 1 : 0,
      Status: down ? 'Exited (1)' : checked ? 'Up 6 days (healthy)' : 'Up 6 days',
    };
    return `${JSON.stringify(row)}\n`;
  }).join('');
}

/** Answers a parsed command. Returns what ends it early, for commands that go on. */
export function runCommand(command: Command, parts: CommandParts, output: Output): () => void {
  const nothing = (): void => {};
  switch (command.kind) {
    case 'true':
      output.exit(0);
      return nothing;
    case 'refused':
      output.err(`${command.message}\n`);
      output.exit(command.code);
      return nothing;
    case 'ps':
      output.out(composePs(parts));
      output.exit(0);
      return nothing;
    case 'ps-json':
      output.out(composeJson(parts));
      output.exit(0);
      return nothing;
    case 'restart':
      // what is switched off by a fault stays so: a restart mends no broken service
      output.err(` Container ${containerName(command.source)}  Restarting\n`);
      output.err(` Container ${containerName(command.source)}  Started\n`);
      output.exit(0);
      return nothing;
    case 'logs':
      return composeLogs(command, parts, output);
    default:
      return command satisfies never;
  }
}

function composeLogs(
  { sources, tail, follow }: Extract<Command, { kind: 'logs' }>,
  { logs }: CommandParts,
  output: Output,
): () => void {
  const width = Math.max(...sources.map((source) => containerName(source).length));
  const shown = ({ source, text }: BookLine): string => `${containerName(source).padEnd(width)}  | ${text}\n`;
  output.out(`Attaching to ${sources.map(containerName).join(', ')}\n`);
  output.out(logs.tail(sources, tail).map(shown).join(''));
  if (!follow) {
    output.exit(0);
    return () => {};
  }
  return logs.follow((line) => {
    if (sources.includes(line.source)) output.out(shown(line));
  });
}
