import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogsStatus } from '../../../electron/contract/models.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { createLogs } from '../../../electron/core/logs/logs.ts';
import { OwnLines } from '../../../electron/core/logs/own-lines.ts';
import { createRedactor } from '../../../electron/core/secrets/redact.ts';
import { fakeLink, profileWith, silent } from '../../unit/backends/world.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeDialRig } from '../link/dial-rig.ts';
import { sshTo } from '../link/harness.ts';

/** A loaded machine is patient. */
const until = (look: () => unknown) => expect.poll(look).toBeTruthy();
const SECRET = 'pk-live-1234567890abcdef';

/** A droplet whose `docker-compose` is a script of the test, through a real sshd. */
describe.skipIf(!sshdAvailable)(`logs of a droplet (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let home: string;
  let sshd: Sshd;
  let rig: ReturnType<typeof makeDialRig>;
  const closers: (() => void)[] = [];

  beforeAll(async () => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'droplet-logs-'));
    fs.mkdirSync(path.join(home, 'bin'));
    sshd = await startSshd({ config: [`SetEnv PATH=${home}/bin:/usr/bin:/bin`] });
    rig = makeDialRig({ trusts: [sshd] });
  });
  beforeEach(() => fs.rmSync(path.join(home, 'runs'), { force: true }));
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  afterAll(async () => {
    rig?.dispose();
    await sshd?.stop();
    fs.rmSync(home, { recursive: true, force: true });
  });

  /** `docker-compose` of the droplet; `$run` is how many times it was started. */
  const compose = (script: string) =>
    fs.writeFileSync(
      path.join(home, 'bin/docker-compose'),
      `#!/bin/sh\necho run >> ${home}/runs; run=$(wc -l < ${home}/runs)\nnow() { date -u '+%F %T,%3N'; }\n${script}\n`,
      { mode: 0o755 },
    );

  async function follow() {
    const ssh = await rig.dial(sshTo(sshd));
    const link = fakeLink({}, 'ssh', (command) => ssh.exec!(command));
    const redact = createRedactor();
    redact.register(SECRET);
    const statuses: LogsStatus[] = [];
    const profile = profileWith({}, { dir: home, assumedZone: 'UTC' });
    const lines = new OwnLines(systemClock, redact);
    const logs = createLogs({
      profile: () => profile,
      link: link.link,
      clock: systemClock,
      log: silent,
      publish: (status) => statuses.push(status),
      own: { redact, lines, profile: profile.name },
    });
    closers.push(() => {
      logs.stop();
      ssh.close();
    });
    logs.start();
    const all = () => logs.book.tail(50_000).toSorted((a, b) => a.at - b.at || a.n - b.n);
    return {
      logs,
      name: profile.name,
      link,
      lines,
      last: () => statuses.at(-1),
      all,
      messages: () => all().map((l) => l.message),
    };
  }

  it('puts app, bridge and services in one order, and a clock that is hours off beside the others', async () => {
    compose(`
      for i in 1 2 3; do echo "catalyst-news  | $(now) - news - INFO - past $i"; done
      sleep 3.2
      while :; do
        echo "catalyst-news  | $(now) - news - INFO - right"
        echo "catalyst-old  | $(date -u -d '-8 hours' '+%F %T,%3N') - old - INFO - eight hours behind"
        sleep 0.3
      done`);
    const { logs, name, lines, messages, all } = await follow();
    await until(() => messages().filter((text) => text === 'eight hours behind').length >= 3);
    lines.activity({
      profile: name,
      kind: 'tool',
      actor: 'claude-ai 1',
      title: 'get_status',
      outcome: 'ok',
    });
    await until(() => messages().some((text) => text.includes('get_status')));
    const written = all().filter(({ service }) => service === 'old' || service === 'news');
    const first = written.findIndex(({ service }) => service === 'old');
    expect(written.slice(first).some(({ service }) => service === 'news')).toBe(true);
    const hours = () =>
      (logs.book.sources().find(({ service }) => service === 'old')?.clockMs ?? 0) / 3_600_000;
    await expect.poll(hours).toBeCloseTo(8, 1);
    expect(all().find(({ from }) => from === 'bridge')).toMatchObject({ service: 'bridge', level: 'info' });
  });

  it('masks secrets, also a key over many lines, and takes garbage for what it is', async () => {
    compose(String.raw`
      echo "catalyst-news  | $(now) - news - INFO - using ${SECRET} now"
      echo "catalyst-news  | $(now) - news - INFO - Authorization: Bearer abcdef0123456789"
      echo "catalyst-trading  | -----BEGIN OPENSSH PRIVATE KEY-----"
      for i in 1 2 3 4; do echo "catalyst-trading  | b3BlbnNzaC1rZXktdjEAAAAABG5vbmU$i"; done
      echo "catalyst-trading  | -----END OPENSSH PRIVATE KEY-----"
      printf 'catalyst-scanner  | \033[31mred\033[0m \000\001\377\376 \033]0;title\007 end\n'
      head -c 300000 /dev/urandom
      printf '\ncatalyst-scanner  | %s after the garbage\n' "$(now)"
      exec sleep 60`);
    const { messages, all } = await follow();
    await until(() => messages().some((text) => text.includes('after the garbage')));
    await until(() => all().some(({ service }) => service === 'trading'));
    const text = JSON.stringify(all());
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('abcdef0123456789');
    expect(text).not.toContain('b3BlbnNzaC1rZXktdjEAAAAABG5vbmU');
    // oxlint-disable-next-line no-control-regex -- none may be left
    expect(all().some((line) => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(line.text))).toBe(false);
    expect(messages().find((one) => one.startsWith('red'))).toMatch(/^red .* end$/);
  });

  it('keeps a traceback together that is printed slowly, between lines of others', async () => {
    compose(`
      echo "catalyst-reporting  | $(now) - reporting - ERROR - Database error"
      echo "catalyst-reporting  | Traceback (most recent call last):"
      echo "catalyst-news  | $(now) - news - INFO - between"
      sleep 0.2
      echo 'catalyst-reporting  |   File "/app/x.py", line 3, in run'
      echo "catalyst-reporting  |     await go()"
      echo "catalyst-reporting  | asyncpg.exceptions.DataError: invalid input"
      exec sleep 60`);
    const { all } = await follow();
    await until(() => all().some(({ service }) => service === 'reporting'));
    await until(() => all().some(({ text }) => text.includes('DataError')));
    expect(all().filter(({ service }) => service === 'reporting')).toHaveLength(1);
    expect(
      all()
        .find(({ service }) => service === 'reporting')
        ?.text.split('\n'),
    ).toHaveLength(5);
  });

  it('says when lines may be missing after the link was away, and from whom', async () => {
    compose(`
      if [ $run = 1 ]; then
        echo "catalyst-news  | 2026-11-21 10:00:00,000 - news - INFO - last of news"
        echo "catalyst-trading  | 2026-11-21 10:00:00,000 - trading - INFO - last of trading"
      else
        echo "catalyst-news  | 2026-11-21 10:00:00,000 - news - INFO - last of news"
        echo "catalyst-news  | 2026-11-21 10:05:00,000 - news - INFO - written meanwhile"
        echo "catalyst-trading  | 2026-11-21 10:06:00,000 - trading - INFO - much later"
      fi
      exec sleep 60`);
    const { link, all, last } = await follow();
    await until(() => all().length === 2);
    link.cut();
    expect(last()).toMatchObject({ state: 'unavailable' });
    await new Promise((resolve) => setTimeout(resolve, 600));
    link.open();
    await until(() => all().some(({ gap }) => gap !== undefined));
    const gap = all().find((line) => line.gap !== undefined);
    expect(gap?.message).toMatch(
      /^From \d\d:\d\d:\d\d to \d\d:\d\d:\d\d the link was down: lines of that time may be missing from trading\.$/,
    );
    expect(gap?.level).toBe('warning');
    expect(all().filter(({ message }) => message === 'last of news')).toHaveLength(1);
  });

  it('goes on after a stream that died, says a container that ended, and waits for one that stalls', async () => {
    compose(`
      echo "catalyst-news  | $(now) - news - INFO - run $run"
      [ $run = 1 ] && exit 1
      echo "catalyst-news exited with code 137"
      exec sleep 60`);
    const { logs, messages, last } = await follow();
    await until(() => messages().includes('run 2'));
    await until(
      () => logs.book.sources().find(({ service }) => service === 'news')?.ended === 'exited with code 137',
    );
    await until(() => last()?.state === 'following');
  });
});
