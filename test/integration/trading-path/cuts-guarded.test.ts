import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { WholeApp } from '../../fixtures/core/whole-app.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';
import { auditLines } from './audit-lines.ts';

const START = 'start_trading_cycle';
const ROUNDS = 100;

/** Where the connection is cut: before the call is sent, when it has arrived, while it is answered, after that; or not. */
const CUTS = ['before', 'during', 'half-way', 'after', 'never'] as const;

it(`${ROUNDS} starts through the whole guard, the link cut before, during and after: counted 0 or 1, as said and as recorded`, async () => {
  const up = new RawUpstream();
  const sockets = new Set<Socket>();
  let cut: (typeof CUTS)[number] = 'never';
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  up.on = (message, response, request) => {
    sockets.add(request.socket);
    if (message?.params?.name !== START) return false;
    if (cut === 'during') cutAll();
    else if (cut === 'half-way') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: message\ndata: {"jsonrpc":"2.0",', cutAll);
    } else return false;
    return true;
  };
  const url = await up.listen();
  const whole = await WholeApp.start(url, { profile: { environment: 'paper', preset: 'stockspark' } });
  await until(() => whole.tools()[START] !== undefined);
  const { hash } = whole.state.profiles['real'].catalogue.tools.find(({ name }) => name === START)!;
  await whole.rpc.tools.approve({
    profile: 'real',
    tools: [{ name: START, hash }],
    as: 'start',
    confirm: 'real',
  });
  const dialogs = { count: 0 };
  const clerk = setInterval(() => {
    const [request] = whole.state.consents;
    // a little later than armed: the app's clock and this one are read a millisecond apart
    if (!request || Date.now() < request.armedAt + 5) return;
    dialogs.count += 1;
    const confirmed = (request.warnings ?? []).map(({ id }) => id);
    whole.app.act.answerConsent(request.id, request.nonce, 'allow', { confirmed, grantMinutes: 60 });
  }, 20);
  const told: Record<string, number> = {};
  let client = await whole.client('soak-0');
  for (let n = 0; n < ROUNDS; n += 1) {
    // each client has a rate of its own
    if (n > 0 && n % 10 === 0) client = await whole.client(`soak-${n / 10}`);
    cut = CUTS[n % CUTS.length]!;
    if (cut === 'before') cutAll();
    const { result } = await client.call(START, { n });
    if (cut === 'after') cutAll();
    const text = result.content[0].text as string;
    const said = text === START ? 'done' : text.includes('was not carried out') ? 'not sent' : 'unknown';
    const arrived = up.seen.filter(({ message }) => message?.params?.arguments?.n === n).length;
    expect([n, said, arrived]).toEqual([
      n,
      said,
      said === 'done' ? 1 : said === 'not sent' ? 0 : Math.min(arrived, 1),
    ]);
    told[said] = (told[said] ?? 0) + 1;
    // a person has looked: else the next one would be asked about
    for (const { id } of whole.state.profiles['real'].guard.unresolved)
      await whole.rpc.guard.dismiss({ profile: 'real', id });
  }
  clearInterval(clerk);
  expect(told['done']).toBeGreaterThan(30);
  expect(told['unknown']).toBeGreaterThan(30);
  // most went under grants, without a dialog
  expect(dialogs.count).toBeLessThan(ROUNDS / 2);
  const outcomes = (await auditLines(whole.dir)).filter(
    ({ kind, tool }) => kind === 'outcome' && tool === START,
  );
  expect(outcomes.filter(({ outcome }) => outcome === 'ok')).toHaveLength(told['done'] ?? 0);
  await whole.stop();
  await up.close();
});
