import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogsStatus, type LogLine } from '../../../electron/contract/models.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import type { RemoteProcess } from '../../../electron/core/link/transport.ts';
import { createLogs } from '../../../electron/core/logs/logs.ts';
import { fakeLink, profileWith, silent, until } from '../../unit/backends/world.ts';

/** A droplet's shell: a real one, with a home and a PATH of its own. */
let home: string;
let bin: string;
const running = new Set<number>();
const closers: (() => void)[] = [];

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'logs-'));
  bin = path.join(home, 'bin');
  fs.mkdirSync(bin);
  fs.mkdirSync(path.join(home, 'catalyst-trading-mcp'));
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // ended by itself
    }
  }
  running.clear();
  fs.rmSync(home, { recursive: true, force: true });
});

function program(name: string, script: string) {
  fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function shell(command: string): Promise<RemoteProcess> {
  const child = spawn('/bin/sh', ['-c', command], {
    env: { HOME: home, PATH: `${bin}:/usr/bin:/bin` },
    cwd: home,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child.pid!);
  return Promise.resolve({
    stdout: child.stdout,
    stderr: child.stderr,
    exited: new Promise((resolve) => {
      child.once('exit', (code) => {
        running.delete(child.pid!);
        resolve(code);
      });
    }),
    kill() {
      if (running.has(child.pid!)) process.kill(-child.pid!, 'SIGTERM');
    },
  });
}

function follow(options: { dir?: string; exec?: typeof shell | null } = {}) {
  const exec = options.exec === null ? undefined : (options.exec ?? shell);
  const link = fakeLink({}, 'ssh', exec);
  const statuses: LogsStatus[] = [];
  const batches: { at: number; lines: LogLine[] }[] = [];
  const profile = profileWith({}, options.dir === undefined ? {} : { dir: options.dir });
  const logs = createLogs({
    profile: () => profile,
    link: link.link,
    clock: systemClock,
    log: silent,
    publish: (status) => statuses.push(LogsStatus.parse(status)),
    onLines: (lines) => batches.push({ at: Date.now(), lines }),
  });
  closers.push(() => logs.stop());
  const lines = () => batches.flatMap((batch) => batch.lines);
  return { logs, link, statuses, batches, lines, last: () => statuses.at(-1) };
}

describe('following', () => {
  it('runs docker-compose in the folder, numbers lines without gaps, and keeps them for tail()', async () => {
    program('docker-compose', 'echo "Attaching"; echo "catalyst-news  | INFO:     $PWD $*"; exec sleep 60');
    const { logs, lines, last } = follow();
    logs.start();
    await until(() => lines().length === 2);
    expect(lines().map(({ n, service }) => [n, service])).toEqual([
      [1, 'docker'],
      [2, 'news'],
    ]);
    expect(lines()[1].message).toBe(`${home}/catalyst-trading-mcp logs --tail=200 -f`);
    expect(logs.book.tail(1)).toEqual([lines()[1]]);
    await until(() => {
      const status = last();
      return status?.state === 'following' && status.total === 2;
    });
    expect(last()).toMatchObject({ source: { kind: 'ssh', ref: 'docker-compose logs' } });
  });

  it('is not tricked by the folder’s name', async () => {
    const dir = "~/a'b; touch hacked; $(touch hacked)";
    fs.mkdirSync(path.join(home, dir.slice(2)));
    program('docker-compose', 'echo "x | $PWD"; exec sleep 60');
    const { logs, lines } = follow({ dir });
    logs.start();
    await until(() => lines().length === 1);
    expect(lines()[0].message).toBe(path.join(home, dir.slice(2)));
    expect(fs.readdirSync(home)).not.toContain('hacked');
  });

  it('goes on to docker compose, and to docker alone', async () => {
    program('docker', 'if [ "$1" = compose ]; then echo "x | by compose v2"; exec sleep 60; fi');
    const second = follow();
    second.logs.start();
    await until(() => second.lines().length === 1);
    expect(second.last()).toMatchObject({ state: 'following', source: { ref: 'docker compose logs' } });
    second.logs.stop();
    program(
      'docker',
      `case "$1" in compose) echo "docker: 'compose' is not a docker command." >&2; exit 1;;
      ps) echo catalyst-news; echo catalyst-redis;;
      logs) for last; do :; done; echo "from $last" >&2; exec sleep 60;; esac`,
    );
    const third = follow();
    third.logs.start();
    await until(() => third.lines().length === 2);
    expect(
      third
        .lines()
        .map(({ service, message }) => `${service}: ${message}`)
        .sort(),
    ).toEqual(['news: from catalyst-news', 'redis: from catalyst-redis']);
  });

  it('begins again when the process ends, without repeating or losing a line', async () => {
    program(
      'docker-compose',
      'n=$(cat runs 2>/dev/null || echo 0); n=$((n+1)); echo $n > runs; ' +
        'i=1; while [ $i -le $((n*3)) ]; do echo "a | line $i"; i=$((i+1)); done; ' +
        '[ $n -ge 2 ] && exec sleep 60; exit 1',
    );
    const { logs, lines, statuses } = follow();
    logs.start();
    await until(() => lines().length >= 6);
    expect(lines().map(({ message }) => message)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `line ${n}`));
    expect(lines().map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(statuses.map(({ state }) => state)).toContain('unavailable');
  });

  it('hands over a flood in batches, at most five a second, and loses nothing', async () => {
    program('docker-compose', 'seq -f "a | line %.0f" 1 60000; exec sleep 60');
    const { logs, lines, batches } = follow();
    logs.start();
    await until(() => lines().length === 60_000);
    const gaps = batches.slice(1).map(({ at }, index) => at - batches[index].at);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(190);
    expect(lines().at(-1)).toMatchObject({ n: 60_000, message: 'line 60000' });
    expect(logs.book.tail(60_000)).toHaveLength(50_000);
    expect(logs.book.tail(60_000)[0].n).toBe(10_001);
  });

  it('keeps letters whole that are cut between two chunks', async () => {
    program('docker-compose', String.raw`printf 'a | \342\202'; sleep 0.2; printf '\254 1\n'; exec sleep 60`);
    const { logs, lines } = follow();
    logs.start();
    await until(() => lines().length === 1);
    expect(lines()[0].message).toBe('€ 1');
  });

  it('tells subscribers of new lines until they leave', async () => {
    program('docker-compose', 'echo "a | 1"; sleep 0.6; echo "a | 2"; exec sleep 60');
    const { logs, lines } = follow();
    const seen: number[] = [];
    const leave = logs.book.subscribe((batch) => seen.push(...batch.map(({ n }) => n)));
    logs.start();
    await until(() => seen.length === 1);
    leave();
    await until(() => lines().length === 2);
    expect(seen).toEqual([1]);
  });

  it('kills the process and says off when stopped', async () => {
    program('docker-compose', 'echo "a | 1"; exec sleep 60');
    const { logs, lines, last, link } = follow();
    logs.start();
    await until(() => lines().length === 1);
    logs.stop();
    logs.stop();
    await until(() => running.size === 0);
    expect(last()).toEqual({ state: 'off' });
    expect(link.listeners.size).toBe(0);
  });

  it('starts anew when the link comes back', async () => {
    program('docker-compose', 'echo "a | $(date +%N)"; exec sleep 60');
    const { logs, lines, last, link } = follow();
    logs.start();
    await until(() => lines().length === 1);
    link.cut();
    expect(last()).toEqual({ state: 'unavailable', reason: 'The link is off.', total: 1 });
    await until(() => running.size === 0);
    link.open();
    await until(() => lines().length === 2);
    expect(lines()[1].n).toBe(2);
  });
});

describe('what cannot be followed', () => {
  it('says so of a link without a shell', () => {
    const { logs, last } = follow({ exec: null });
    logs.start();
    expect(last()).toMatchObject({ state: 'unavailable' });
    expect((last() as { reason: string }).reason).toContain('over SSH');
  });

  it('says that docker is missing', async () => {
    fs.symlinkSync('/bin/sh', path.join(bin, 'sh'));
    const bare = (command: string) => shell(`PATH=${bin}; ${command}`);
    const { logs, last } = follow({ exec: bare });
    logs.start();
    await until(() => last()?.state === 'unavailable');
    expect((last() as { reason: string }).reason).toContain('Neither docker-compose nor docker was found');
  });

  it('says that the folder is missing, with how to set it', async () => {
    program('docker-compose', 'exit 0');
    const { logs, last } = follow({ dir: '~/elsewhere' });
    logs.start();
    await until(() => last()?.state === 'unavailable');
    expect((last() as { reason: string }).reason).toContain(
      '~/elsewhere does not exist on the droplet; set it with --dir',
    );
  });

  it('says why when the shell is refused', async () => {
    const { logs, last } = follow({ exec: () => Promise.reject(new Error('Channel open failure')) });
    logs.start();
    await until(() => last()?.state === 'unavailable');
    expect((last() as { reason: string }).reason).toBeTruthy();
  });
});
