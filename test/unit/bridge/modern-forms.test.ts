import { describe, expect, it } from 'vitest';
import { classicForm } from '../../../electron/core/bridge/modern/classic-form.ts';
import { classicTools } from '../../../electron/core/catalogue/classic-tools.ts';
import { modernForm } from '../../../electron/core/bridge/modern/result-form.ts';
import { receive, splice } from '../../../electron/core/bridge/reply.ts';
import { claimOf, completeResult, discoverResult, filterOf, isModern } from '../../../electron/stub/era.ts';

const form = modernForm(
  () => '{"name":"s","version":"1"}',
  () => false,
);
const line = (text: string | Buffer[], method: string) => {
  const received = receive(typeof text === 'string' ? [Buffer.from(text)] : text);
  if (!received) throw new Error('not a message');
  return Buffer.concat(splice(form.theirs(received, method), '"é"')).toString('utf8');
};
const META = 'io.modelcontextprotocol/';

describe('an answer of a server of 2025 for a modern client', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":7,"result":{}}', '{"jsonrpc":"2.0","id":"é","result":{"resultType":"complete"}}'],
    [
      '{"jsonrpc":"2.0","id":7,"result":{ }}',
      '{"jsonrpc":"2.0","id":"é","result":{"resultType":"complete" }}',
    ],
    [
      '{"result":{"a":1},"id":7,"jsonrpc":"2.0"}',
      '{"result":{"resultType":"complete","a":1},"id":"é","jsonrpc":"2.0"}',
    ],
    [
      '{"id" : 7, "jsonrpc":"2.0", "result" : {"é":1} }',
      '{"id" : "é", "jsonrpc":"2.0", "result" : {"resultType":"complete","é":1} }',
    ],
    [
      '{"jsonrpc":"2.0","id":7,"result":{"resultType":"other"}}',
      '{"jsonrpc":"2.0","id":"é","result":{"resultType":"other"}}',
    ],
  ])('%s', (given, told) => {
    expect(line(given, 'tools/call')).toBe(told);
  });

  it('of any size is not copied, and a mark inside its strings is no mark', () => {
    const blob = `\\"resultType\\":\\"complete\\"${'x'.repeat(200_000)}`;
    for (const [head, tail] of [
      ['{"jsonrpc":"2.0","id":7,"result":{"content":"', '"}}'],
      ['{"result":{"content":"', '"},"jsonrpc":"2.0","id":7}'],
    ]) {
      const given = `${head}${blob}${tail}`;
      const told = JSON.parse(
        line([Buffer.from(given.slice(0, 90_000)), Buffer.from(given.slice(90_000))], 'resources/read'),
      );
      expect(told).toMatchObject({
        id: 'é',
        result: { resultType: 'complete', ttlMs: 0, cacheScope: 'private' },
      });
      expect(told.result.content).toHaveLength(JSON.parse(`"${blob}"`).length);
    }
  });

  it('leaves codes that this era gave another meaning', () => {
    expect(
      JSON.parse(line('{"jsonrpc":"2.0","id":7,"error":{"code":-32022,"message":"m","data":{"a":1}}}', 'x')),
    ).toEqual({
      jsonrpc: '2.0',
      id: 'é',
      error: { code: -32603, message: 'm', data: { a: 1 } },
    });
    expect(line('{"jsonrpc":"2.0","id":7,"error":{"code":-5,"message":"m"}}', 'x')).toContain('-5');
  });
});

describe('what a request says of itself', () => {
  const params = (meta: object) => ({
    _meta: { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {}, ...meta },
  });
  it('decides on its era', () => {
    expect(isModern('tools/list', undefined)).toBe(false);
    expect(isModern('tools/list', { _meta: { progressToken: 1, [`${META}related-task`]: {} } })).toBe(false);
    expect(isModern('tools/list', params({}))).toBe(true);
    expect(isModern('tools/list', { _meta: { [`${META}clientCapabilities`]: {} } })).toBe(true);
    expect(isModern('server/discover', undefined)).toBe(true);
  });

  it.each([
    [{ [`${META}protocolVersion`]: undefined }, -32602],
    [{ [`${META}protocolVersion`]: 5 }, -32602],
    [{ [`${META}protocolVersion`]: '2025-11-25' }, -32022],
    [{ [`${META}clientCapabilities`]: [] }, -32602],
    [{ [`${META}clientInfo`]: { name: 'x' } }, -32602],
    [{ [`${META}clientInfo`]: 'x' }, -32602],
    [{ [`${META}logLevel`]: 'loud' }, -32602],
  ])('%j is refused with %i', (meta, code) => {
    expect(claimOf('tools/list', params(meta))).toMatchObject({ code });
  });

  it('may leave its name out', () => {
    expect(claimOf('tools/list', params({}))).toMatchObject({ client: { name: 'unknown' } });
  });
});

describe('results of ours in the modern form', () => {
  it('say what kind they are, and for how long they are good', () => {
    expect(JSON.parse(completeResult('{}', 'tools/call'))).toEqual({ resultType: 'complete' });
    expect(JSON.parse(completeResult('{"tools":[]}', 'tools/list', '{"name":"s"}'))).toEqual({
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [`${META}serverInfo`]: { name: 's' } },
      tools: [],
    });
  });

  it('discover promises what the back end has, and little where it was never reached', () => {
    const saved = JSON.stringify({
      protocolVersion: '2025-11-25',
      capabilities: { tools: {}, tasks: {}, logging: {}, extensions: { 'a.b/c': {} } },
      serverInfo: { name: 's', version: '2' },
      instructions: 'how',
    });
    expect(JSON.parse(discoverResult(saved))).toEqual({
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [`${META}serverInfo`]: { name: 's', version: '2' } },
      supportedVersions: ['2026-07-28'],
      capabilities: {
        logging: {},
        extensions: { 'a.b/c': {} },
        tools: { listChanged: true },
        resources: { listChanged: true },
      },
      instructions: 'how',
    });
    expect(JSON.parse(discoverResult(undefined))).toMatchObject({
      _meta: { [`${META}serverInfo`]: { name: 'catalyst-companion' } },
      instructions: expect.stringContaining('not reached yet'),
    });
    expect(
      filterOf({ notifications: { promptsListChanged: true, resourceSubscriptions: ['a'] } }, saved),
    ).toEqual({});
    expect(filterOf({ notifications: { toolsListChanged: 1 } }, saved)).toBeUndefined();
  });
});

describe('what a modern server says to a client of the earlier eras', () => {
  const classic = classicForm(() => true);
  const answer = (text: string) => {
    const received = receive([Buffer.from(text)]);
    if (!received) throw new Error('not a message');
    return Buffer.concat(splice(classic.theirs(received, 'tools/call'), '1')).toString('utf8');
  };

  it('lists no output schema that such a client refuses the whole list for', () => {
    const text =
      '{"tools":[{"name":"a","outputSchema":{"type":"array"},"x":1e400},{"name":"b", "outputSchema":{"type":"object"}},{"name":"c","outputSchema":true}]}';
    expect(classicTools(text)).toBe(
      '{"tools":[{"name":"a","x":1e400},{"name":"b", "outputSchema":{"type":"object"}},{"name":"c"}]}',
    );
    const fine = '{ "tools": [ {"name":"b", "outputSchema":{"type":"object"}} ] }';
    expect(classicTools(fine)).toBe(fine);
  });

  it('answers with structured content of objects alone; the rest is text', () => {
    const whole = '{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"a":1.0}}}';
    expect(answer(whole)).toBe(whole);
    expect(answer('{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":[1.0,"é"]}}')).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"[1.0,\\"é\\"]"}]}}',
    );
    expect(
      answer(
        '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"t"}],"structuredContent":5}}',
      ),
    ).toBe('{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"t"}]}}');
  });
});
