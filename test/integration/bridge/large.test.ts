import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig } from '../../fixtures/mcp/rig.ts';

describe('large and many answers', () => {
  let up: RawUpstream;
  let rig: Rig;
  beforeEach(async () => {
    up = new RawUpstream();
    rig = await Rig.start(await up.listen());
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });

  it('come whole and unmixed, also to a client that reads slowly', async () => {
    const c = await rig.client('cursor');
    const texts = Array.from({ length: 12 }, (_, i) => `${i}€`.repeat(150_000 + i * 20_011));
    for (let round = 0; round < 3; round++) {
      const answers = texts.map((text) => c.text('echo', { text }));
      for (let i = 0; i < 20; i++) {
        c.child.stdout?.pause();
        await new Promise((resolve) => setTimeout(resolve, 10));
        c.child.stdout?.resume();
        // small answers between the parts of large ones
        expect(await c.text('echo', { text: `small ${i}` })).toBe(`small ${i}`);
      }
      expect(await Promise.all(answers)).toEqual(texts);
    }
  });

  it('wait unharmed for a client that does not read for a while', async () => {
    const c = await rig.client('cursor');
    const texts = Array.from({ length: 300 }, (_, i) => `${i}.`.repeat(2000));
    // the system's own buffer takes the first ones; what waits in the stub is what counts
    c.child.stdout?.pause();
    const answers = texts.map(async (text) => {
      await new Promise((resolve) => setTimeout(resolve, Number.parseInt(text) * 2));
      return await c.text('echo', { text });
    });
    await new Promise((resolve) => setTimeout(resolve, 800));
    c.child.stdout?.resume();
    expect(await Promise.all(answers)).toEqual(texts);
  });

  it('come whole when the server dribbles, with characters cut between its packets', async () => {
    const text = 'é€😀'.repeat(40_000);
    up.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      const result = { content: [{ type: 'text', text }] };
      const body = Buffer.from(
        `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n\n`,
      );
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      let at = 0;
      const more = () => {
        if (at >= body.length) return void response.end();
        response.write(body.subarray(at, (at += 4099)));
        setImmediate(more);
      };
      more();
      return true;
    };
    const c = await rig.client('cursor');
    expect(await c.text('get_state')).toBe(text);
  });
});
