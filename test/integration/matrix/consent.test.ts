import { afterEach, describe, expect, it } from 'vitest';
import type { WholeApp } from '../../fixtures/core/whole-app.ts';
import { appFor, stubCommand } from '../../fixtures/mcp/conformance-app.ts';
import { CLIENTS } from './clients.ts';
import { SERVERS } from './servers.ts';

/** Answers every request for consent until `work` ends; resolves with how many there were. */
async function consenting(whole: WholeApp, work: Promise<unknown>): Promise<number> {
  const answered = new Set<string>();
  const pause = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 20));
  const over = work.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([over, pause()])))
    for (const { id, nonce, armedAt } of whole.state.consents)
      if (Date.now() >= armedAt + 20 && !answered.has(id)) {
        answered.add(id);
        whole.app.act.answerConsent(id, nonce, 'allow');
      }
  return answered.size;
}

const pairs = SERVERS.filter(({ name }) =>
  ['SDK 1.32, sessions', 'SDK 2.4, modern only'].includes(name),
).flatMap((server) =>
  CLIENTS.map((client) => ({ server, client, title: `${client.name} and ${server.name}` })),
);

describe('a tool that changes something and asks the user back', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it.each(pairs)('waits for consent once, then for the answer: $title', async ({ server, client }) => {
    const running = await server.start();
    ends.push(() => running.stop());
    const whole = await appFor(running.url);
    ends.push(() => whole.stop());
    const { elicit } = server;
    const hash =
      whole.state.profiles['real'].catalogue.tools.find(({ name }) => name === elicit.tool)?.hash ?? '';
    await whole.rpc.tools.approve({ profile: 'real', tools: [{ name: elicit.tool, hash }], as: 'start' });

    const peer = await client.connect(stubCommand(whole.dir), () => {});
    ends.push(() => peer.close());
    const call = peer.call(elicit.tool, elicit.args);
    const asked = await consenting(whole, call);
    expect(await call).toMatch(elicit.answer);
    expect(asked).toBe(1);
  });
});
