import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Contract } from '../../../electron/contract/api.ts';
import { tailAudit } from '../../../electron/core/audit/read.ts';
import { verifyAudit } from '../../../electron/core/audit/verify.ts';
import { dialLocal } from '../../../electron/core/bridge/dial-local.ts';
import { rpcPortOf } from '../../../electron/core/rpc-port.ts';
import { WholeApp } from '../../fixtures/core/whole-app.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';

const START = 'start_trading_cycle';

describe('a start through the whole core', () => {
  let up: RawUpstream;
  let whole: WholeApp;
  /** Starts that the server took and has not answered. */
  let held: { response: ServerResponse; answer: () => void }[];
  beforeEach(async () => {
    up = new RawUpstream();
    held = [];
    whole = await WholeApp.start(await up.listen());
    await until(() => whole.tools()[START] === 'listed');
  });
  afterEach(async () => {
    await whole.stop();
    await up.close();
  });

  const holdStarts = () => {
    up.on = (message, response) => {
      if (message?.params?.name !== START) return false;
      held.push({ response, answer: () => up.reply(response, message, up.answer(message)) });
      return true;
    };
  };
  const send = (client: { raw(text: string): void }, id: number, args = '{"mode":"normal"}') =>
    client.raw(
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${START}","arguments":${args}}}\n`,
    );
  const audit = async () =>
    (await tailAudit(path.join(whole.dir, 'audit'), 50)).flatMap(({ kind, tool, decision, outcome }) =>
      tool === START ? [[kind, decision ?? outcome]] : [],
    );
  const lines = () => whole.state.activity.filter(({ kind, title }) => kind === 'tool' && title === START);

  it('is asked once, sent once, and has one line and two records', async () => {
    const client = await whole.client();
    send(client, 50);
    await whole.answer('allow');
    expect((await client.message(({ id }) => id === 50)).result.content[0].text).toBe(START);
    expect(up.count('tools/call', START)).toBe(1);
    expect(lines()).toMatchObject([{ actor: 'claude-ai 0.1.0', outcome: 'ok', toolClass: 'start' }]);
    expect(await audit()).toEqual([
      ['intent', 'allow'],
      ['outcome', 'ok'],
    ]);
    expect((await verifyAudit(path.join(whole.dir, 'audit'))).ok).toBe(true);
  });

  it('is not sent after a deny; the request is gone from every page and cannot be answered again', async () => {
    const client = await whole.client();
    send(client, 50);
    await until(() => whole.state.consents.length === 1);
    const { id, nonce } = whole.state.consents[0];
    await whole.answer('deny');
    expect(whole.state.consents).toEqual([]);
    await expect(whole.rpc.consent.answer({ id, nonce, decision: 'allow' })).rejects.toMatchObject({
      message: expect.stringContaining('already answered') as string,
    });
    expect((await client.message((m) => m.id === 50)).result.content[0].text).toContain('denied');
    expect(up.count('tools/call', START)).toBe(0);
    expect(lines()).toMatchObject([{ outcome: 'denied' }]);
  });

  it('is withdrawn with its client, and with its command line, and never sent after that', async () => {
    const client = await whole.client();
    send(client, 50);
    await until(() => whole.state.consents.length === 1);
    await client.end();
    await until(() => whole.state.consents.length === 0);
    const socket = await dialLocal(whole.dir, { kind: 'control', profile: '' });
    const cli: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: rpcPortOf(socket) }));
    const answer = cli.mcp.call({ profile: 'real', tool: START }).catch(() => undefined);
    await until(() => whole.state.consents.length === 1);
    socket.destroy();
    await until(() => whole.state.consents.length === 0);
    await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 200))]);
    expect(up.count('tools/call', START)).toBe(0);
    await until(() => Object.keys(whole.state.clients).length === 0);
  });

  it('goes with the very bytes that were shown', async () => {
    const client = await whole.client();
    const args = '{ "mode" :"nor\\u006dal","risk_level":5e-1, "x":{"b":1,"a":[1.50]} }';
    send(client, 50, args);
    await until(() => whole.state.consents.length === 1);
    expect(whole.state.consents[0]).toMatchObject({
      argumentsText: args,
      rows: [
        { name: 'mode', value: '"normal"' },
        { name: 'risk_level', value: '5e-1 (= 0.5)' },
        { name: 'x', value: '{ "b": 1, "a": [1.50] }' },
      ],
    });
    await whole.answer('allow');
    await client.message(({ id }) => id === 50);
    expect(up.seen.find(({ message }) => message?.params?.name === START)?.body).toContain(
      `"arguments":${args}`,
    );
  });

  it('in flight when the app is killed or quits is unresolved in the next run, and said before the next start', async () => {
    holdStarts();
    const client = await whole.client();
    send(client, 50);
    await whole.answer('allow');
    await until(() => held.length === 1);
    await whole.app.stop();
    expect((await client.message(({ id }) => id === 50)).result.content[0].text).toContain(
      `Do not call it again`,
    );
    await client.end();
    whole = await WholeApp.start(up.url, { dir: whole.dir });
    await until(() => whole.tools()[START] === 'listed');
    const next = await whole.client();
    send(next, 51);
    await until(() => whole.state.consents.length === 1);
    expect(whole.state.consents[0]?.unresolved).toContain(`${START} of `);
    expect(whole.state.consents[0]?.known[0]?.label).toBe('Repeated call');
    await whole.answer('deny');
    expect(up.count('tools/call', START)).toBe(1);
  });

  it('that still waits for its person when the app quits is told to be not carried out', async () => {
    const client = await whole.client();
    send(client, 50);
    await until(() => whole.state.consents.length === 1);
    await whole.app.stop();
    const said = (await client.message(({ id }) => id === 50)).result.content[0].text as string;
    expect(said).toContain('was not carried out');
    expect(up.count('tools/call', START)).toBe(0);
  });

  it('whose connection is cut is unknown, once, in words, on its line and on record', async () => {
    holdStarts();
    const client = await whole.client();
    send(client, 50);
    await whole.answer('allow');
    await until(() => held.length === 1);
    held[0]?.response.destroy();
    expect((await client.message(({ id }) => id === 50)).result.content[0].text).toContain(
      `Do not call ${START} again`,
    );
    expect(lines()).toMatchObject([{ outcome: 'unknown' }]);
    expect((await audit()).at(-1)).toEqual(['outcome', 'unknown']);
    expect(up.count('tools/call', START)).toBe(1);
  });

  it('with its name or arguments given twice, in whatever spelling, reaches neither person nor server', async () => {
    const client = await whole.client();
    const bad = [
      `{"name":"${START}","arguments":{"mode":"a"},"argum\\u0065nts":{"mode":"b"}}`,
      `{"name":"get_state","n\\u0061me":"${START}"}`,
      `{"name":"${START}","Arguments":{"mode":"b"}}`,
      `{"name":"${START}","arguments":{"mode":"a","m\\u006fde":"b"}}`,
      `{"name":"${START}","arguments":{"x":{"a":1,"a":2}}}`,
      `{"name":"${START}","arguments":[]}`,
      `{"name":"${START}","arguments":"{}"}`,
    ];
    for (const [n, params] of bad.entries()) {
      client.raw(`{"jsonrpc":"2.0","id":${100 + n},"method":"tools/call","params":${params}}\n`);
      const { error, result } = await client.message(({ id }) => id === 100 + n);
      expect(error ?? result.isError).toBeTruthy();
    }
    expect(whole.state.consents).toEqual([]);
    expect(up.count('tools/call')).toBe(0);
  });
});
