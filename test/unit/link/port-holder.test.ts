import net from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  listeningInodes,
  lsofHolder,
  netstatPid,
  portHolder,
  tasklistProgram,
} from '../../../electron/core/link/ssh/port-holder.ts';
import type { PortPlatform } from '../../../electron/core/link/ssh/port-holder.ts';

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 48211 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1388 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000  1000        0 48300 1 0000000000000000 20 4 30 10 -1
   2: 0202000A:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 48400 1 0000000000000000 100 0 0 10 0
   3: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51000 1 0000000000000000 100 0 0 10 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:2382 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7123 1 0000000000000000 100 0 0 10 0
`;
/** As `lsof -nP -iTCP:5000 -sTCP:LISTEN +c 0 -Fpc` prints it on macOS 15. */
const LSOF = 'p631\ncControlCenter\nf10\nf11\n';
/** `netstat -ano -p TCP` of a German Windows 11. */
const NETSTAT = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         1204
  TCP    127.0.0.1:5000         0.0.0.0:0              ABHÖREN         9876
  TCP    127.0.0.1:5000         127.0.0.1:50123        HERGESTELLT     9876
  TCP    192.168.0.7:5001       0.0.0.0:0              ABHÖREN         4
`.replaceAll('\n', '\r\n');
const TASKLIST = '"python 3.exe","9876","Console","1","45.123 K"\r\n';

const nothing: PortPlatform = {
  os: 'linux',
  readText: () => Promise.reject(new Error('no file')),
  list: () => Promise.reject(new Error('no folder')),
  readLink: () => Promise.reject(new Error('no link')),
  run: () => Promise.reject(new Error('no program')),
};

describe('who listens on a port', () => {
  it('reads the tables of Linux: listeners that keep 127.0.0.1 from us, no connections, no other addresses', () => {
    expect(listeningInodes(TCP, 5000)).toEqual(['48211']);
    expect(listeningInodes(TCP, 8080)).toEqual(['51000']);
    expect(listeningInodes(TCP6, 9090)).toEqual(['7123']);
    expect(listeningInodes(TCP, 22)).toEqual([]);
    expect(listeningInodes('', 22)).toEqual([]);
  });

  it('reads lsof, netstat in any language, and tasklist', () => {
    expect(lsofHolder(LSOF)).toEqual({ program: 'ControlCenter', pid: 631 });
    expect(lsofHolder(String.raw`p7${'\n'}cGoogle\x20Chrome${'\n'}`)).toEqual({
      program: 'Google Chrome',
      pid: 7,
    });
    expect(lsofHolder('')).toBeUndefined();
    expect(netstatPid(NETSTAT, 5000)).toBe(9876);
    expect(netstatPid(NETSTAT, 135)).toBe(1204);
    expect(netstatPid(NETSTAT, 5001)).toBeUndefined();
    expect(tasklistProgram(TASKLIST, 9876)).toBe('python 3.exe');
    expect(tasklistProgram('INFO: No tasks are running.', 9876)).toBeUndefined();
  });

  it('runs the system programs by their full path with the port as a number of its own', async () => {
    const started: string[][] = [];
    const answers = [NETSTAT, TASKLIST, LSOF];
    const run: PortPlatform['run'] = (program, args) => {
      started.push([path.win32.basename(program), ...args]);
      return Promise.resolve(answers.shift() ?? '');
    };
    expect(await portHolder(5000, { ...nothing, os: 'win32', run })).toEqual({
      program: 'python 3.exe',
      pid: 9876,
    });
    expect(await portHolder(5000, { ...nothing, os: 'darwin', run })).toEqual({
      program: 'ControlCenter',
      pid: 631,
    });
    expect(started).toEqual([
      ['netstat.exe', '-ano', '-p', 'TCP'],
      ['tasklist.exe', '/FI', 'PID eq 9876', '/FO', 'CSV', '/NH'],
      ['lsof', '-nP', '-iTCP:5000', '-sTCP:LISTEN', '+c', '0', '-Fpc'],
    ]);
  });

  it('does not fail where nothing can be known', async () => {
    for (const os of ['linux', 'darwin', 'win32', 'freebsd'] as const) {
      expect(await portHolder(5000, { ...nothing, os })).toBeUndefined();
    }
    // another user's process: its open files cannot be read
    const foreign = {
      ...nothing,
      readText: () => Promise.resolve(TCP),
      list: () => Promise.resolve(['1', 'self']),
    };
    expect(await portHolder(5000, foreign)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('finds this very process', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await portHolder(port)).toMatchObject({ pid: process.pid });
    await new Promise((resolve) => server.close(resolve));
    expect(await portHolder(port)).toBeUndefined();
  });
});
