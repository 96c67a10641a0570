import { describe, expect, it } from 'vitest';
import { listed } from '../../../electron/core/bridge/lists.ts';
import type { Received } from '../../../electron/core/bridge/reply.ts';
import { receive } from '../../../electron/core/bridge/reply.ts';

const page = (body: string): Received => {
  const received = receive([Buffer.from(`{"jsonrpc":"2.0","id":1,${body}}`)]);
  if (!received) throw new Error('no message');
  return received;
};
const tools = (count: number, next = '') =>
  page(
    `"result":{"tools":[${Array.from({ length: count }, (_one, i) => `{"name":"t${i}"}`).join(',')}]${next}}`,
  );

describe('reading the lists of a server', () => {
  it('takes its pages together, each entry as it was written', async () => {
    const pages = [tools(2, ',"nextCursor":"b"'), tools(1)];
    const asked: unknown[] = [];
    const all = await listed(
      (_method, params) => {
        asked.push(params);
        return Promise.resolve(pages.shift() as Received);
      },
      'tools/list',
      'tools',
    );
    expect(all).toEqual(['{"name":"t0"}', '{"name":"t1"}', '{"name":"t0"}']);
    expect(asked).toEqual([undefined, { cursor: 'b' }]);
  });

  it.each([
    ['in one page', () => tools(150_000)],
    ['page by page without end', () => tools(1_000, ',"nextCursor":"more"')],
  ])('refuses more than anybody can use, %s, with a reason', async (_how, answer) => {
    await expect(listed(() => Promise.resolve(answer()), 'tools/list', 'tools')).rejects.toMatchObject({
      code: 'MCP_SERVER_ERROR',
      message: 'The server lists more than 5000 entries (tools/list), which no client can use.',
    });
  });

  it('quotes the beginning of what the server says instead', async () => {
    const error = `"error":{"code":-32000,"message":"${'no '.repeat(100_000)}"}`;
    const failed = listed(() => Promise.resolve(page(error)), 'tools/list', 'tools');
    await expect(failed).rejects.toMatchObject({ code: 'MCP_SERVER_ERROR' });
    await failed.catch(({ message }: Error) => expect(message.length).toBeLessThan(400));
  });
});
