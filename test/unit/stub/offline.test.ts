import { describe, expect, it } from 'vitest';
import { lostAnswer, offlineAnswer } from '../../../electron/stub/offline.ts';
import type { Asked, Served } from '../../../electron/stub/offline.ts';

const META = 'io.modelcontextprotocol/';
const served: Served = {
  revision: 'r',
  serve: {
    initialize: '{"capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}',
    'tools/list': '{"tools":[{"name":"n","x":1e400}]}',
  },
  reads: ['get_state'],
  stops: ['stop_trading'],
};
const asked = (method: string, params: object, isModern: boolean): Asked => ({
  method,
  isModern,
  params: isModern
    ? {
        ...params,
        _meta: { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {} },
      }
    : { ...params },
});
const message = (line: string) => {
  expect(line.endsWith('\n')).toBe(true);
  return JSON.parse(line);
};
const textOf = (line: string) => message(line).result.content[0].text as string;

describe('what the stub says alone', () => {
  it('in the modern form, from the saved catalogue, byte for byte', () => {
    expect(message(offlineAnswer('1', asked('server/discover', {}, true), served, '')).result).toMatchObject({
      supportedVersions: ['2026-07-28'],
      _meta: { [`${META}serverInfo`]: { name: 's' } },
    });
    const list = offlineAnswer('"é"', asked('tools/list', {}, true), served, '');
    expect(list).toContain('"id":"é"');
    expect(list).toContain('"tools":[{"name":"n","x":1e400}]');
    expect(message(list).result).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
    expect(message(offlineAnswer('1', asked('prompts/list', {}, true), undefined, '')).result).toMatchObject({
      resultType: 'complete',
      prompts: [],
    });
    const call = message(
      offlineAnswer('1', asked('tools/call', { name: 'get_state' }, true), served, 'Away.'),
    );
    expect(call.result).toMatchObject({ resultType: 'complete', isError: true });
    for (const method of ['ping', 'initialize', 'logging/setLevel'])
      expect(message(offlineAnswer('1', asked(method, {}, true), served, '')).error.code).toBe(-32601);
    expect(message(offlineAnswer('1', asked('resources/read', {}, true), served, '')).error.code).toBe(
      -32603,
    );
    expect(message(offlineAnswer('1', asked('resources/read', {}, false), served, '')).error.code).toBe(
      -32000,
    );
    const old = { ...asked('tools/list', {}, false), isModern: true };
    expect(message(offlineAnswer('1', old, served, '')).error.code).toBe(-32602);
  });

  it('a subscription is acknowledged, and one that is none refused', () => {
    const listen = asked('subscriptions/listen', { notifications: { toolsListChanged: true } }, true);
    expect(message(offlineAnswer('"l"', listen, served, ''))).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { _meta: { [`${META}subscriptionId`]: 'l' }, notifications: { toolsListChanged: true } },
    });
    expect(message(offlineAnswer('1', asked('subscriptions/listen', {}, true), served, '')).error.code).toBe(
      -32602,
    );
  });

  it.each([true, false])('of a call that was lost (modern: %s)', (isModern) => {
    const lost = (name: string) => lostAnswer('1', asked('tools/call', { name }, isModern), served);
    expect(textOf(lost('start_trading'))).toMatch(
      /outcome of start_trading is unknown.*Do not call it again/s,
    );
    expect(textOf(lost('get_state'))).toMatch(/only reads; try again/);
    // a stop that may not have arrived is not to be given up
    expect(textOf(lost('stop_trading'))).toMatch(/outcome of stop_trading is unknown/);
    expect(textOf(lost('stop_trading'))).toMatch(/may be called again/);
    expect(textOf(lost('stop_trading'))).not.toMatch(/not call it again/);
    expect(message(lost('stop_trading')).result.resultType).toBe(isModern ? 'complete' : undefined);
  });

  it('a call that goes on with an earlier one was sent already, and is not to be repeated', () => {
    const more = { name: 'start_trading', requestState: 'x', inputResponses: {} };
    expect(textOf(offlineAnswer('1', asked('tools/call', more, true), served, 'Away.'))).toMatch(
      /Do not call it again/,
    );
  });
});
