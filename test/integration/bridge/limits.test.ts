import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGate } from '../../fixtures/mcp/open-gate.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig, until } from '../../fixtures/mcp/rig.ts';

const MIB = 1_048_576;

describe('limits that fit Claude', () => {
  let up: RawUpstream;
  let rig: Rig;
  beforeEach(async () => {
    up = new RawUpstream();
    rig = await Rig.start(await up.listen(), { limits: { deadlineMs: 7000 } });
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });

  it.each(['claude-ai', 'claude-code'])(
    '%s gets a line of 1,048,576 bytes whole and a longer one cut',
    async (name) => {
      const c = await rig.client(name);
      const lineOf = (id: number) => c.lines.find((line) => line.includes(`"id":${id},`)) as string;
      // ids of the client count up from 1
      await c.text('echo', { text: '' });
      const envelope = Buffer.byteLength(lineOf(2)) + 1;
      const fits = 'x'.repeat(MIB - envelope);
      expect(await c.text('echo', { text: fits })).toBe(fits);
      expect(Buffer.byteLength(lineOf(3)) + 1).toBe(MIB);
      const { result } = await c.call('echo', { text: `${fits}x` });
      expect(result.content[1].text).toContain('companion_continue');
      expect(Math.max(...c.lines.map((line) => Buffer.byteLength(line) + 1))).toBe(MIB);
      const read = await c.request('resources/read', { uri: 'catalyst://system/health' });
      expect(read.result.contents[0].text).toBe('{"status":"ok"}');
    },
  );

  it.each(['cursor', 'claudette', 'my-claude-ai', 'Claude-AI'])('%s gets every byte', async (name) => {
    const c = await rig.client(name);
    expect(await c.text('blob', { bytes: 3 * MIB })).toHaveLength(3 * MIB);
  });

  it('large resources are cut for Claude as well, and go on by handle', async () => {
    const text = 'é'.repeat(1_200_000);
    up.on = (message, response) => {
      if (message?.method !== 'resources/read') return false;
      up.reply(response, message, { result: { contents: [{ uri: message.params.uri, text }] } });
      return true;
    };
    const uri = 'catalyst://large';
    const c = await rig.client('claude-ai');
    let words = (await c.request('resources/read', { uri })).result.contents[0].text as string;
    let all = '';
    for (let i = 0; i < 5; i++) {
      const at = words.lastIndexOf('\n\n[');
      all += at === -1 ? words : words.slice(0, at);
      const handle = /"handle":"([^"]+)"/.exec(words)?.[1];
      if (!handle) break;
      const { content } = (await c.call('companion_continue', { handle })).result;
      words = `${content[0].text}\n\n${content[1].text}`;
    }
    expect(all).toBe(text);
    expect(
      (await (await rig.client('cursor')).request('resources/read', { uri })).result.contents[0].text,
    ).toBe(text);
  });

  it('a read that takes long tells its progress, then "still running", and its outcome by handle', async () => {
    let release = () => {};
    up.on = (message, response) => {
      if (message?.params?.name !== 'get_state') return false;
      release = () => up.reply(response, message, { result: { content: [{ type: 'text', text: 'late' }] } });
      return true;
    };
    const c = await rig.client();
    // the server never answers by itself: what comes is ours
    const { result } = await c.call('get_state', {}, undefined, { progressToken: 'p' });
    expect(result.content[0].text).toMatch(/^get_state is still running after 7 s/);
    expect(result.isError).toBeUndefined();
    const told = c.messages.filter((m) => m.method === 'notifications/progress');
    expect(told[0]?.params).toMatchObject({ progressToken: 'p', message: 'waiting for get_state' });
    const handle = /"handle":"([^"]+)"/.exec(result.content[0].text)?.[1];
    release();
    expect(await c.text('companion_continue', { handle })).toBe('late');
    expect(up.count('tools/call', 'get_state')).toBe(1);
  });

  it('a call that waits for consent is never said to run, and is not sent once its client is answered', async () => {
    await rig.stop();
    let allow = () => {};
    const gate = openGate(() => new Promise((resolve) => (allow = resolve)));
    rig = await Rig.start(up.url, { gate, limits: { deadlineMs: 500 } });
    const c = await rig.client();
    const answer = c.call('start_trading_cycle');
    await until(() => rig.gate.calls.length === 1);
    await until(() => gate.calls.some(({ signal }) => signal.aborted));
    allow();
    const text = (await answer).result.content[0].text as string;
    expect(text).toContain('was not carried out');
    expect(text).not.toContain('still running');
    expect(up.count('tools/call')).toBe(0);
  });
});
