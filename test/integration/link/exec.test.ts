import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { keptCommand } from '../../../electron/core/link/ssh/remote-process.ts';
import type { RemoteProcess } from '../../../electron/core/link/transport.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeDialRig, processesWith } from './dial-rig.ts';
import { sshTo } from './harness.ts';

/** The start files of a login shell can take their time. */
const PATIENT = { timeout: 20_000 };

/** How many processes sleep for that long: the command itself, without the shell that keeps it. */
const sleepers = (mark: string) => processesWith(mark).filter((line) => line === `sleep ${mark}`).length;

/** A command of a follower that never writes; each has a number of its own to be found by. */
let number = 0;
const quiet = () => {
  const mark = `4242${process.pid}.${++number}`;
  // two processes deep, as compose with its plugin is
  return { mark, command: `cd / && (sleep ${mark}; true)` };
};

async function outputOf(running: RemoteProcess): Promise<{ out: string; err: string; code: number | null }> {
  const found = { out: '', err: '' };
  running.stdout.on('data', (data: Buffer) => (found.out += data.toString()));
  running.stderr.on('data', (data: Buffer) => (found.err += data.toString()));
  return { code: await running.exited, ...found };
}

describe.skipIf(!sshdAvailable)(`commands over SSH (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let sshd: Sshd;
  let rig: ReturnType<typeof makeDialRig>;

  beforeAll(async () => {
    sshd = await startSshd();
    rig = makeDialRig({ trusts: [sshd] });
  });
  afterEach(() => expect.poll(() => processesWith(`4242${process.pid}`), PATIENT).toEqual([]), 60_000);
  afterAll(async () => {
    rig?.dispose();
    await sshd?.stop();
  });

  const open = async () => {
    const link = await rig.dial(sshTo(sshd));
    return { link, exec: (command: string) => link.exec!(command) };
  };

  it('gives output, errors and the exit code, with quotes, blanks and dollars as they are', async () => {
    const { link, exec } = await open();
    const running = await exec(`echo "it's  $((40 + 2))"; echo 'a "b" $HOME' >&2; exit 3`);
    expect(await outputOf(running)).toEqual({ out: "it's  42\n", err: 'a "b" $HOME\n', code: 3 });
    expect((await outputOf(await exec('no-such-program-here'))).code).toBe(127);
    const nowhere = await outputOf(await exec('cd /no/such/folder && echo there'));
    expect(nowhere.out).toBe('');
    expect(nowhere.err).toMatch(/can't cd to|No such file/);
    // nothing waits for input that never comes
    expect(await outputOf(await exec('cat; echo end'))).toMatchObject({ out: 'end\n', code: 0 });
    link.close();
  });

  it('gives the output of a command that was over before anybody could read it', PATIENT, async () => {
    const { link, exec } = await open();
    // an app that is busy reads all that came meanwhile in one piece: start, output and end
    const busy = setInterval(() => {
      const until = performance.now() + 60;
      while (performance.now() < until);
    }, 1);
    try {
      for (let n = 0; n < 5; n += 1)
        expect(await outputOf(await exec('echo quick; echo late >&2; exit 3'))).toEqual({
          out: 'quick\n',
          err: 'late\n',
          code: 3,
        });
      // and whoever reads nothing hears of the end all the same
      expect(await (await exec('echo unread; exit 4')).exited).toBe(4);
    } finally {
      clearInterval(busy);
    }
    link.close();
  });

  it('gives all of a long output before it says that the command has ended', async () => {
    const { link, exec } = await open();
    const { out, code } = await outputOf(await exec('seq 1 200000'));
    expect(code).toBe(0);
    expect(out.endsWith('\n199999\n200000\n')).toBe(true);
    link.close();
  });

  it('leaves no process behind a killed command, although it is quiet and root takes no signals', async () => {
    const { link, exec } = await open();
    const { mark, command } = quiet();
    const running = await exec(command);
    await expect.poll(() => sleepers(mark), PATIENT).toBeGreaterThan(0);
    running.kill();
    expect(await running.exited).toBeNull();
    await expect.poll(() => sleepers(mark), PATIENT).toBe(0);
    // the link itself goes on
    expect((await outputOf(await exec('echo alive'))).out).toBe('alive\n');
    link.close();
  });

  it('leaves none behind a closed link, nor behind one that was cut', async () => {
    const closed = quiet();
    const first = await open();
    const running = await first.exec(closed.command);
    await expect.poll(() => sleepers(closed.mark), PATIENT).toBeGreaterThan(0);
    first.link.close();
    expect(await running.exited).toBeNull();
    await expect.poll(() => sleepers(closed.mark), PATIENT).toBe(0);

    const cut = quiet();
    const second = await open();
    const lost = await second.exec(cut.command);
    await expect.poll(() => sleepers(cut.mark), PATIENT).toBeGreaterThan(0);
    endConnections(sshd);
    expect(await lost.exited).toBeNull();
    await expect.poll(() => sleepers(cut.mark), PATIENT).toBe(0);
  });

  it('ends by force what does not end when asked', async () => {
    const { link, exec } = await open();
    const { mark } = quiet();
    const running = await exec(`trap '' TERM; sleep ${mark}`);
    await expect.poll(() => sleepers(mark), PATIENT).toBeGreaterThan(0);
    running.kill();
    await expect.poll(() => processesWith(mark), PATIENT).toEqual([]);
    link.close();
  });
});

/** Kills the processes of the connections, not the server. */
function endConnections(sshd: Sshd): void {
  const list = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).split('\n');
  const rows = list.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)?.slice(1) ?? []);
  const server = rows.find(([, , args]) => args?.includes(`-f ${sshd.dir}/`))?.[0];
  if (server === undefined) throw new Error('no sshd');
  for (const [pid, parent] of rows) if (parent === server) process.kill(Number(pid), 'SIGKILL');
}

const shells = [['dash'], ['bash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([program]) =>
  ['/bin', '/usr/bin'].some((folder) => fs.existsSync(`${folder}/${program}`)),
);

describe.each(shells)('the keeper of a command under %s', (program = '', ...args) => {
  const mark = `4343${process.pid}.${shells.findIndex(([name, first]) => name === program && first === args[0])}`;
  const start = (command: string) =>
    spawn(program, [...args.filter(Boolean), '-c', keptCommand(command)], { detached: true, stdio: 'pipe' });

  it('passes the exit code on, and ends everything when its input ends', async () => {
    const ended = start('exit 5');
    expect(await new Promise((resolve) => ended.once('exit', resolve))).toBe(5);
    const running = start(`sleep ${mark}; true`);
    await expect.poll(() => sleepers(mark), PATIENT).toBeGreaterThan(0);
    running.stdin.end();
    await new Promise((resolve) => running.once('exit', resolve));
    await expect.poll(() => processesWith(mark), PATIENT).toEqual([]);
  });
});
