import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WholeApp } from '../../fixtures/core/whole-app.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';

/** A workflow service that is running until it is told to stop. */
class Workflow {
  running = true;
  posts = 0;
  /** So many posts are cut off before they are read. */
  cuts = 0;
  readonly server = http.createServer((request, response) => {
    if (request.method === 'POST' && this.cuts > 0) {
      this.cuts -= 1;
      request.socket.destroy();
      return;
    }
    if (request.method === 'POST') {
      this.posts += 1;
      this.running = false;
    }
    const body = JSON.stringify({ status: this.running ? 'scanning' : 'idle', current_cycle: null });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('the emergency stop of a running app', () => {
  let up: RawUpstream;
  let workflow: Workflow;
  let whole: WholeApp;
  beforeEach(async () => {
    up = new RawUpstream();
    up.resources = [{ uri: 'catalyst://trading-cycle/current', name: 'cycle' }];
    const answer = up.answer.bind(up);
    const idle = { uri: 'catalyst://trading-cycle/current', text: '{"status":"no_active_cycle"}' };
    up.answer = (message) =>
      message.method === 'resources/read' ? { result: { contents: [idle] } } : answer(message);
    workflow = new Workflow();
    const services = [{ name: 'workflow', url: await workflow.listen() }];
    whole = await WholeApp.start(await up.listen(), { profile: { services } });
    await until(() => whole.state.profiles['real'].catalogue.savedAt !== null);
  });
  afterEach(async () => {
    await whole.stop();
    await workflow.close();
    await up.close();
  });
  const stop = async () => {
    const begun = Date.now();
    const report = await whole.rpc.trading.stop({ profile: 'real' });
    return { report, ms: Date.now() - begun };
  };

  it('reaches a server that has just lost every session', async () => {
    up.sessions.clear();
    const { report } = await stop();
    const stops = up.seen.filter(({ message }) => message?.params?.name === 'stop_trading');
    expect(up.sessions.has(String(stops.at(-1)?.headers['mcp-session-id']))).toBe(true);
    expect(report).toMatchObject({
      result: 'confirmed',
      parts: [{ sent: true, answer: 'stop_trading' }, {}],
    });
    expect(workflow.posts).toBe(1);
  });

  it('is sent once more where a connection was cut under it', async () => {
    let cuts = 0;
    up.on = (message, response) => {
      if (message?.params?.name !== 'stop_trading' || cuts > 0) return false;
      cuts += 1;
      response.socket?.destroy();
      return true;
    };
    workflow.cuts = 1;
    const { report } = await stop();
    expect(report.parts).toMatchObject([
      { sent: true, answer: 'stop_trading' },
      { sent: true, answer: expect.stringContaining('HTTP 200') as string },
    ]);
    expect([up.count('tools/call', 'stop_trading'), workflow.posts]).toEqual([2, 1]);
  });

  it('does not say sent, and sends nothing late, when no session could be had', async () => {
    const held: (() => void)[] = [];
    up.on = (message, response) => {
      if (message?.method !== 'initialize') return false;
      held.push(() => up.reply(response, message, up.answer(message)));
      return true;
    };
    up.sessions.clear();
    const { report } = await stop();
    expect(report.parts[0]).toMatchObject({ sent: false });
    const before = up.seen.length;
    for (const release of held) release();
    await until(() => up.seen.length > before);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(up.sessions.size).toBeGreaterThan(0);
    const accepted = up.seen.filter(
      ({ message, headers }) =>
        message?.params?.name === 'stop_trading' && up.sessions.has(String(headers['mcp-session-id'])),
    );
    expect(accepted).toEqual([]);
  });

  it('of a profile that is removed meanwhile ends, and leaves no half of it behind', async () => {
    up.on = (message) => message?.params?.name === 'stop_trading';
    const stopping = whole.rpc.trading.stop({ profile: 'real' });
    await until(() => up.count('tools/call', 'stop_trading') === 1);
    await whole.rpc.profiles.remove({ profile: 'real' });
    expect((await stopping).result).not.toBe('confirmed');
    expect(Object.keys(whole.state.profiles)).toEqual(['demo']);
  });

  it('says NOT DELIVERED soon when nothing listens any more', async () => {
    await workflow.close();
    await up.close();
    // what goes out on a connection whose end the app has not seen yet counts as sent, and rightly
    await expect
      .poll(() => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap'))
      .toEqual([]);
    const { report, ms } = await stop();
    expect(report.parts.map((part) => [part.name, part.sent])).toEqual([
      ['mcp stop_trading', false],
      ['POST workflow /api/v1/workflow/stop', false],
    ]);
    expect(report.parts[1]?.answer).toContain('Nothing listens');
    expect(report.result).toBe('not-delivered');
    // its limit is 5 s; a hang is what this would see
    expect(ms).toBeLessThan(20_000);
  });

  it('gives the tool what its definition takes, also while the server is too slow to be asked', async () => {
    up.tools = [
      {
        name: 'stop_trading_cycle',
        inputSchema: { type: 'object', properties: { reason: { type: 'string' } } },
      },
    ];
    up.offersStream = true;
    await whole.rpc.links.disconnect({ profile: 'real' });
    await whole.rpc.links.connect({ profile: 'real' });
    await until(() => whole.tools()['stop_trading_cycle'] === 'listed');
    up.on = (message) => message?.method === 'tools/list';
    up.sessions.clear();
    const { report } = await stop();
    expect(report.parts[0]).toMatchObject({ name: 'mcp stop_trading_cycle', sent: true });
    const sent = up.seen.findLast(({ message }) => message?.method === 'tools/call')?.message.params;
    expect(sent).toEqual({
      name: 'stop_trading_cycle',
      arguments: { reason: 'Emergency stop from Catalyst Companion' },
    });
  });
});
