import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';

/** A program that listens on a port. */
export interface Holder {
  readonly program: string;
  readonly pid: number;
}

/** What finding a holder needs of the system; another one in tests. Everything may throw. */
export interface PortPlatform {
  readonly os: NodeJS.Platform;
  readText(file: string): Promise<string>;
  list(folder: string): Promise<readonly string[]>;
  readLink(file: string): Promise<string>;
  /** Standard output of a program, started with these very arguments and without a shell. */
  run(program: string, args: readonly string[]): Promise<string>;
}

/** Longest wait for one of the system's programs, milliseconds. */
const RUN_MS = 3_000;

const systemPlatform: PortPlatform = {
  os: process.platform,
  readText: (file) => fs.readFile(file, 'utf8'),
  list: (folder) => fs.readdir(folder),
  readLink: (file) => fs.readlink(file),
  run: (program, args) =>
    new Promise((resolve, reject) => {
      const options = { timeout: RUN_MS, maxBuffer: 4 << 20, windowsHide: true, encoding: 'utf8' } as const;
      execFile(program, args, options, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    }),
};

/** Addresses of a listener that keep 127.0.0.1 from us, as /proc/net/tcp and tcp6 write them (little endian words). */
const LOCAL = new Set([
  '0100007F',
  '00000000',
  '00000000000000000000000000000000',
  '0000000000000000FFFF00000100007F',
]);
const LISTEN = '0A';

/** The socket numbers that listen on a port, from the text of /proc/net/tcp or tcp6 (proc_pid_net(5)). */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    const [address = '', hex] = local.split(':');
    return state === LISTEN && hex === wanted && LOCAL.has(address) && inode !== undefined ? [inode] : [];
  });
}

/** The first listener in the output of `lsof -Fpc`. */
export function lsofHolder(output: string): Holder | undefined {
  const pid = /^p(\d+)$/m.exec(output)?.[1];
  const program = /^c(.+)$/m.exec(output)?.[1]?.replaceAll(String.raw`\x20`, ' ');
  return pid === undefined || program === undefined ? undefined : { program, pid: Number(pid) };
}

/** The process that listens on a port in the output of `netstat -ano`, whose words are translated but whose columns are not. */
export function netstatPid(output: string, port: number): number | undefined {
  for (const line of output.split('\n')) {
    const [protocol, local, foreign, , pid] = line.trim().split(/\s+/);
    if (protocol !== 'TCP' || foreign !== '0.0.0.0:0') continue;
    if (local === `127.0.0.1:${port}` || local === `0.0.0.0:${port}`) return Number(pid);
  }
  return undefined;
}

/** The program's name in the output of `tasklist /FO CSV /NH`. */
export function tasklistProgram(output: string, pid: number): string | undefined {
  return new RegExp(String.raw`^"([^"]+)","${pid}"`, 'm').exec(output)?.[1];
}

async function onLinux(port: number, platform: PortPlatform): Promise<Holder | undefined> {
  const read = (file: string) => platform.readText(file).catch(() => '');
  const tables = [await read('/proc/net/tcp'), await read('/proc/net/tcp6')];
  const links = new Set(
    tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`),
  );
  if (links.size === 0) return undefined;
  const pids = (await platform.list('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const folder = `/proc/${pid}/fd`;
    // those of other users cannot be read
    const files = await platform.list(folder).catch(() => []);
    for (const file of files) {
      if (!links.has(await platform.readLink(`${folder}/${file}`).catch(() => ''))) continue;
      const program = (await read(`/proc/${pid}/comm`)).trim();
      return program === '' ? undefined : { program, pid: Number(pid) };
    }
  }
  return undefined;
}

async function onWindows(port: number, platform: PortPlatform): Promise<Holder | undefined> {
  const folder = path.win32.join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32');
  const table = await platform.run(path.win32.join(folder, 'netstat.exe'), ['-ano', '-p', 'TCP']);
  const pid = netstatPid(table, port);
  if (pid === undefined) return undefined;
  const args = ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'];
  const tasks = await platform.run(path.win32.join(folder, 'tasklist.exe'), args);
  const program = tasklistProgram(tasks, pid);
  return program === undefined ? undefined : { program, pid };
}

/** Who listens on a port of this computer, where it can be known: not for another user's program. Never rejects. */
export async function portHolder(port: number, platform = systemPlatform): Promise<Holder | undefined> {
  try {
    if (platform.os === 'linux') return await onLinux(port, platform);
    if (platform.os === 'win32') return await onWindows(port, platform);
    const lsof = platform.os === 'darwin' ? '/usr/sbin/lsof' : 'lsof';
    return lsofHolder(await platform.run(lsof, ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '+c', '0', '-Fpc']));
  } catch {
    return undefined; // only a name for people
  }
}
