import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModernClient } from '../../fixtures/mcp/modern-client.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig, tempHome, until } from '../../fixtures/mcp/rig.ts';

const APP = path.resolve(import.meta.dirname, '../../fixtures/mcp/app.ts');
const START = 'start_trading_cycle';

async function startApp(home: string, url: string): Promise<ChildProcess> {
  const app = spawn(process.execPath, [APP, home, url], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => app.stdout?.once('data', resolve));
  return app;
}

async function kill(app: ChildProcess | undefined): Promise<void> {
  if (!app || app.exitCode !== null || app.signalCode !== null) return;
  const gone = new Promise((resolve) => app.once('exit', resolve));
  app.kill('SIGKILL');
  await gone;
}

describe('a modern client whose app comes and goes', () => {
  let home = '';
  let up: RawUpstream;
  let c: ModernClient;
  let app: ChildProcess | undefined;
  beforeEach(async () => {
    home = await tempHome();
    up = new RawUpstream();
    up.offersStream = true;
    await up.listen();
    c = new ModernClient(home);
  });
  afterEach(async () => {
    await c.stub.end();
    await kill(app);
    await up.close();
    await fs.rm(home, { recursive: true, force: true });
  });
  const subscribed = () => up.seen.filter(({ message }) => message?.method === 'resources/subscribe').length;
  const attached = (times: number) => until(() => c.stub.stderr.split('attached').length === times + 1);

  it('begins without it, is told when it is there, and keeps its subscription over its restart', async () => {
    expect((await c.request('server/discover')).result).toMatchObject({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      instructions: expect.stringContaining('not reached yet'),
    });
    expect((await c.request('tools/list')).result).toMatchObject({ resultType: 'complete', tools: [] });
    const ack = await c.listen('l', { toolsListChanged: true, resourceSubscriptions: ['a://b'] });
    expect(ack.params.notifications.toolsListChanged).toBe(true);
    expect((await c.call(START)).result).toMatchObject({ resultType: 'complete', isError: true });
    app = await startApp(home, up.url);
    await c.heard('l', 'notifications/tools/list_changed');
    await attached(1);
    await until(() => subscribed() === 1);
    expect(await c.text('echo', { text: 'there' })).toBe('there');
    await kill(app);
    app = await startApp(home, up.url);
    await attached(2);
    await until(() => subscribed() === 2);
    await until(() => up.streams.size > 0);
    up.push({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a://b' } });
    await c.heard('l', 'notifications/resources/updated');
    // one that was cancelled is not taken up again
    c.stub.notify('notifications/cancelled', { requestId: 'l', _meta: c.meta() });
    await until(() => up.count('resources/unsubscribe') === 1);
    await kill(app);
    app = await startApp(home, up.url);
    await attached(3);
    expect(await c.text('echo', { text: 'again' })).toBe('again');
    expect(subscribed()).toBe(2);
    expect(c.stub.messages.filter((m) => m.id === 'l')).toEqual([]);
  });

  it('is told of lists that changed while it was away', async () => {
    app = await startApp(home, up.url);
    await attached(1);
    await c.listen('l', { toolsListChanged: true });
    const { tools } = (await c.request('tools/list')).result;
    expect(tools.length).toBeGreaterThan(4);
    await kill(app);
    const file = path.join(home, 'catalogue', 'demo.json');
    const saved = JSON.parse(await fs.readFile(file, 'utf8')) as {
      tools: { name: string; blocked: boolean }[];
    };
    for (const tool of saved.tools) if (tool.name === 'echo') tool.blocked = true;
    await fs.writeFile(file, JSON.stringify(saved));
    app = await startApp(home, up.url);
    await c.heard('l', 'notifications/tools/list_changed');
    expect(JSON.stringify((await c.request('tools/list')).result)).not.toContain('"echo"');
  });

  it('survives the app being killed under a call: a start is unknown, a stop may be repeated, a question is over', async () => {
    app = await startApp(home, up.url);
    await attached(1);
    up.on = (message, response) => {
      const name = message?.params?.name;
      if (name === START && message.params.arguments.ask) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(
          `data: ${JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'elicitation/create', params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } } })}\n\n`,
        );
        return true;
      }
      return name === START || name === 'stop_trading';
    };
    const asked = (await c.call(START, { ask: 1 })).result;
    expect(asked.resultType).toBe('input_required');
    const start = c.text(START);
    const stop = c.text('stop_trading');
    await until(() => up.count('tools/call') === 3);
    await kill(app);
    expect(await start).toMatch(/outcome of start_trading_cycle is unknown.*Do not call it again/s);
    expect(await stop).toMatch(/outcome of stop_trading is unknown.*may be called again/s);
    const { requestState, inputRequests } = asked;
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: 'accept' }]),
    );
    const away = await c.call(START, { ask: 1 }, { requestState, inputResponses });
    expect(away.result.content[0].text).toMatch(/outcome of start_trading_cycle is unknown/);
    app = await startApp(home, up.url);
    await attached(2);
    const back = await c.call(START, { ask: 1 }, { requestState, inputResponses });
    expect(back.result.content[0].text).toMatch(/outcome of start_trading_cycle is unknown/);
    expect(up.count('tools/call', START)).toBe(2);
    expect(await c.stub.end()).toBe(0);
  });

  it('leaves when its input ends although a subscription is open', async () => {
    app = await startApp(home, up.url);
    await attached(1);
    await c.listen('l', { toolsListChanged: true });
    expect(await c.stub.end()).toBe(0);
  });
});

describe('tools whose names a host would not take', () => {
  it('are called by the name that was listed; the guard and the server know their own one', async () => {
    const up = new RawUpstream();
    const odd = 'start_trading.cycle/é';
    up.tools = [{ name: odd, description: 'be\u202egins', inputSchema: { type: 'object' } }];
    const rig = await Rig.start(await up.listen());
    const c = new ModernClient(rig.dir);
    rig.stubs.push(c.stub);
    await until(() => rig.bridge.catalogue.view('demo').savedAt !== null);
    const { tools } = (await c.request('tools/list')).result;
    const [{ name, description }] = tools as { name: string; description: string }[] as [
      { name: string; description: string },
    ];
    expect(name).toMatch(/^start_trading_cycle_[0-9a-f]{8}$/);
    expect(description).toBe('begins');
    expect(await c.text(name, { n: 1e3 })).toBe(odd);
    expect(rig.gate.calls).toMatchObject([{ tool: odd, argumentsText: '{"n":1000}' }]);
    expect(up.seen.at(-1)?.message.params.name).toBe(odd);
    expect(rig.bridge.catalogue.view('demo').tools).toMatchObject([
      { name: odd, alias: name, definition: expect.stringContaining('\u202e') },
    ]);
    // what it is told of it names the tool as it knows it
    rig.link.down();
    expect(await c.text(name)).toContain(`${name} was not carried out`);
    await rig.stop();
    await up.close();
  });
});
