import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig } from '../../fixtures/mcp/rig.ts';
import { seeded } from '../../helpers/seeded.ts';

const START = 'start_trading_cycle';

it('a hundred starts, each with its connection, link or session cut somewhere, are counted 0 or 1 as said, never 2', async () => {
  const random = seeded(20261121);
  const up = new RawUpstream();
  const url = await up.listen();
  const rig = await Rig.start(url);
  const sockets = new Set<Socket>();
  let fault: (arrived: Socket) => void = () => {};
  up.on = (message, response, request) => {
    sockets.add(request.socket);
    if (message?.params?.name === START) fault(request.socket);
    // an answer takes a moment, so that cuts fall before, into and after it
    setTimeout(() => {
      if (response.destroyed) return;
      if (message?.id !== undefined && up.sessions.has(String(request.headers['mcp-session-id'])))
        up.reply(response, message, up.answer(message));
      else if (message?.method === 'initialize') up.reply(response, message, up.answer(message));
      else if (message?.id === undefined) response.writeHead(202).end();
      else response.writeHead(404).end();
    }, random() * 20);
    return true;
  };
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const faults = [
    () => {},
    cutAll,
    () => up.sessions.clear(),
    () => {
      rig.link.down();
      cutAll();
      setTimeout(() => rig.link.up(), 30);
    },
  ];
  const told: Record<string, number> = {};
  for (let n = 0; n < 100; n += 1) {
    const c = n % 10 === 0 ? await rig.client() : rig.stubs.at(-1)!;
    const pick = faults[Math.floor(random() * faults.length)];
    // every tenth is called while nobody listens, so that some are certainly not sent however quick the machine is
    const refused = n % 10 === 5;
    if (refused) {
      cutAll();
      rig.link.goTo('http://127.0.0.1:1/mcp');
    }
    const atArrival = random() < 0.4;
    fault = atArrival ? pick : () => {};
    if (!atArrival) setTimeout(pick, random() * 40);
    const { result } = await c.call(START, { n });
    if (refused) rig.link.goTo(url);
    const text = result.content[0].text as string;
    const arrived = up.seen.filter(({ message }) => message?.params?.arguments?.n === n).length;
    const said = text === START ? 'done' : text.includes('was not carried out') ? 'not sent' : 'unknown';
    if (said === 'unknown') expect(text).toContain(`Do not call ${START} again`);
    expect([said, arrived]).toEqual([
      said,
      said === 'done' ? 1 : said === 'not sent' ? 0 : Math.min(arrived, 1),
    ]);
    told[said] = (told[said] ?? 0) + 1;
  }
  // the faults reached every kind of ending
  expect(Object.keys(told).sort()).toEqual(['done', 'not sent', 'unknown']);
  await rig.stop();
  await up.close();
});
