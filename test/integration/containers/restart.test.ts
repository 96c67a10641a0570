import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Contract } from '../../../electron/contract/api.ts';
import type { App } from '../../../electron/core/app-interface.ts';
import { createApp } from '../../../electron/core/app.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { homeAt, makeHome } from '../../../electron/core/files.ts';
import type { Sealer } from '../../../electron/core/ports.ts';
import { eventually } from '../../helpers/app.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';

const sealer: Sealer = {
  protection: 'file',
  note: '',
  seal: (plain) => Promise.resolve(plain.toString('base64')),
  open: (sealed) => Promise.resolve(Buffer.from(sealed, 'base64')),
};

const ROWS = ['news', 'trading'].map((Service) => ({
  Service,
  Name: `catalyst-${Service}`,
  State: 'running',
  Health: '',
  Status: 'Up 3 hours',
  ExitCode: 0,
}));
const NDJSON = ROWS.map((row) => JSON.stringify(row)).join('\n');

/** Never real docker: programs that write down what they were asked, on the PATH that sshd gives its sessions. */
describe.skipIf(!sshdAvailable)(`containers over SSH (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let sshd: Sshd;
  let bin: string;
  let calls: string;
  let dir: string;
  let app: App;
  let rpc: ContractRouterClient<Contract>;

  beforeAll(async () => {
    bin = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-docker-'));
    calls = path.join(bin, 'calls.log');
    sshd = await startSshd({ config: [`SetEnv PATH=${bin}:/usr/bin:/bin`] });
    fs.mkdirSync(path.join(bin, 'folder of it'));
  });
  afterAll(async () => {
    await sshd?.stop();
    fs.rmSync(bin, { recursive: true, force: true });
  });
  beforeEach(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-containers-'));
    fs.rmSync(calls, { force: true });
    for (const name of ['docker', 'docker-compose']) fs.rmSync(path.join(bin, name), { force: true });
    await makeHome(homeAt(dir));
    fs.writeFileSync(homeAt(dir).knownHosts, `${sshd.knownHostsLine()}\n`, { mode: 0o600 });
    const profile = {
      name: 'real',
      preset: 'catalyst',
      environment: 'live',
      links: [
        {
          kind: 'ssh',
          host: '127.0.0.1',
          port: sshd.port,
          user: sshd.user,
          auth: [{ kind: 'key', file: sshd.key }],
        },
      ],
      mcpUrl: 'http://127.0.0.1:1/mcp',
      dir: path.join(bin, 'folder of it'),
      wanted: true,
    };
    fs.writeFileSync(homeAt(dir).profiles, JSON.stringify({ version: 1, profiles: [profile] }));
  });
  afterEach(async () => {
    await app?.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  /** A program that answers `ps` with `list`, and to a restart does `restart`. */
  function program(name: string, list: string, restart: string): void {
    const script = `#!/bin/sh
case "$*" in *logs*) exec sleep 600;; esac
echo "${name} $* in $PWD" >> ${calls}
case "$*" in
  *"--format json"*) ${list};;
  *"ps --services"*) printf 'news\\ntrading\\n';;
  *restart*) ${restart};;
esac
`;
    fs.writeFileSync(path.join(bin, name), script, { mode: 0o755 });
  }
  const json = (text: string) => `cat <<'ROWS'\n${text}\nROWS\n`;
  const restarts = () =>
    (fs.existsSync(calls) ? fs.readFileSync(calls, 'utf8') : '')
      .split('\n')
      .filter((line) => / restart /.test(line));
  const trail = () =>
    fs
      .readdirSync(homeAt(dir).audit)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) =>
        fs
          .readFileSync(path.join(homeAt(dir).audit, name), 'utf8')
          .trim()
          .split('\n'),
      )
      .map((line) => JSON.parse(line) as Record<string, string>)
      .filter(({ tool }) => tool === 'restart_container');

  async function start(): Promise<void> {
    app = await createApp({
      shell: 'serve',
      version: '1',
      home: homeAt(dir),
      clock: systemClock,
      sealer,
      stub: { file: '/nowhere/stub.js', node: process.execPath, defaultHome: false },
      demo: false,
      dashboardUrl: () => null,
      proxyFor: () => Promise.resolve(undefined),
      showWindow: () => undefined,
    });
    rpc = createRouterClient(app.router, { context: {} }) as ContractRouterClient<Contract>;
    app.screen.attach();
    await app.start();
    await eventually('the list of containers', () => containers().list.state === 'known');
  }
  const containers = () => app.state().profiles['real'].containers;

  /** Answers the request for consent once it may be, and gives it as it was shown. */
  async function answer(decision: 'allow' | 'deny') {
    const request = await eventually('a request', () => app.state().consents[0]);
    await eventually('its time', () => {
      const [now] = app.state().consents;
      return now && Date.now() > now.armedAt + 20;
    });
    app.act.answerConsent(request.id, request.nonce, decision, { confirmed: [] });
    return request;
  }

  it.each([
    ['docker compose', 'docker', 'compose restart news', json(NDJSON)],
    ['docker-compose', 'docker-compose', 'restart news', json(JSON.stringify(ROWS))],
  ])(
    'restarts one by %s after a person allowed exactly that command, once',
    async (name, file, args, list) => {
      program(file, list, 'exit 0');
      await start();
      expect(containers().list).toMatchObject({
        value: { program: name, rows: [{ service: 'news', state: 'running', status: 'Up 3 hours' }, {}] },
      });
      const restart = rpc.containers.restart({ profile: 'real', service: 'news' });
      const request = await answer('allow');
      expect(request).toMatchObject({ tool: 'restart_container', toolClass: 'start', client: 'Dashboard' });
      const command = `cd '${path.join(bin, 'folder of it')}' && ${name} restart news`;
      expect(JSON.parse(request.argumentsText)).toEqual({ service: 'news', command });
      expect(await restart).toMatchObject({ state: 'done', command, detail: '' });
      expect(restarts()).toEqual([`${file} ${args} in ${path.join(bin, 'folder of it')}`]);
      expect(containers().restarts['news']?.state).toBe('done');
      expect(trail().map(({ kind, outcome }) => [kind, outcome])).toEqual([
        ['intent', 'pending'],
        ['outcome', 'ok'],
      ]);
      expect(trail()[0]?.args).toContain('restart news');
    },
    60_000,
  );

  it('sends nothing where the person denies, or the name is not one that is listed', async () => {
    program('docker', json(NDJSON), 'exit 0');
    await start();
    const denied = rpc.containers.restart({ profile: 'real', service: 'trading' });
    const refused = expect(denied).rejects.toMatchObject({ data: { code: 'CONSENT_DENIED' } });
    await answer('deny');
    await refused;
    expect(containers().restarts['trading']?.state).toBe('not-sent');
    for (const service of ['redis', 'news; touch hacked', '--all', '$(id)', ''])
      await expect(rpc.containers.restart({ profile: 'real', service })).rejects.toMatchObject({
        data: { code: 'INPUT_INVALID' },
      });
    expect(app.state().consents).toEqual([]);
    expect(restarts()).toEqual([]);
    expect(fs.readdirSync(bin)).not.toContain('hacked');
  });

  it('tells a failure with its exit code and last words', async () => {
    program('docker', json(NDJSON), 'echo "Error: no such container" >&2; exit 7');
    await start();
    const restart = rpc.containers.restart({ profile: 'real', service: 'news' });
    await answer('allow');
    expect(await restart).toMatchObject({ state: 'failed', detail: 'Exit code 7: Error: no such container' });
    await expect
      .poll(() => trail().findLast(({ kind }) => kind === 'outcome'))
      .toMatchObject({ kind: 'outcome', outcome: 'error' });
  });

  it('calls the outcome unknown when the connection is lost, says so at the next one, and never repeats it', async () => {
    program('docker', json(NDJSON), 'sleep 600');
    await start();
    const restart = rpc.containers.restart({ profile: 'real', service: 'news' });
    await answer('allow');
    await eventually('the restart', () => restarts().length === 1);
    await expect(rpc.containers.restart({ profile: 'real', service: 'news' })).rejects.toMatchObject({
      data: { code: 'RATE_LIMITED' },
    });
    await sshd.restart();
    const report = await restart;
    expect(report.state).toBe('unknown');
    expect(report.detail).toMatch(/lost/);
    // the answer does not wait for its line
    await expect
      .poll(() => trail().findLast(({ kind }) => kind === 'outcome'))
      .toMatchObject({ kind: 'outcome', outcome: 'unknown' });
    app.act.wake();
    await eventually('the link again', () => containers().list.state === 'known');
    const again = rpc.containers.restart({ profile: 'real', service: 'news' });
    const refused = expect(again).rejects.toMatchObject({ data: { code: 'CONSENT_DENIED' } });
    const request = await answer('deny');
    expect(request.unresolved).toMatch(/The restart of news .* has no known end/);
    await refused;
    expect(restarts()).toHaveLength(1);
  });

  it('restarts by the old docker-compose, which tells names only; and says why where there is no docker', async () => {
    program('docker-compose', 'echo "Usage: ps [options] [SERVICE...]" >&2; exit 1', 'exit 0');
    await start();
    expect(containers().list).toMatchObject({
      value: { program: 'docker-compose', rows: [{ service: 'news', state: null }, { service: 'trading' }] },
    });
    fs.rmSync(path.join(bin, 'docker-compose'));
    await rpc.containers.refresh({ profile: 'real' });
    expect(containers().list).toMatchObject({ state: 'unknown' });
    await expect(rpc.containers.restart({ profile: 'real', service: 'news' })).rejects.toMatchObject({
      data: { code: 'INPUT_INVALID' },
    });
  });
});
