import { describe, expect, it } from 'vitest';
import type { Inspected } from '../../../electron/core/bridge/inspect.ts';
import { argumentsText, inspect, progressToken, withId } from '../../../electron/core/bridge/inspect.ts';

const line = (text: string) => inspect(Buffer.from(text));
const ok = (text: string) => line(text) as Inspected;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('inspection', () => {
  it.each([
    ['a request', '{"jsonrpc":"2.0","id":1,"method":"ping"}', 'request', '1'],
    [
      'a string id with escapes',
      '{"jsonrpc":"2.0","id":"a\\u0062\\"","method":"x"}',
      'request',
      '"a\\u0062\\""',
    ],
    [
      'an id beyond 2^53',
      '{"jsonrpc":"2.0","id":9007199254740993,"method":"x"}',
      'request',
      '9007199254740993',
    ],
    ['an id as a float', '{"id":1.0e0,"jsonrpc":"2.0","method":"x"}', 'request', '1.0e0'],
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/x"}', 'notification', ''],
    ['a response', '{"jsonrpc":"2.0","id":5,"result":{}}', 'response', '5'],
    ['an error response', '{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":""}}', 'response', '5'],
    ['unknown methods and fields', '{"jsonrpc":"2.0","id":1,"method":"x/y","extra":[1e400]}', 'request', '1'],
    ['nesting of 64', `{"jsonrpc":"2.0","id":1,"method":"x","e":${nested(63)}}`, 'request', '1'],
    [
      'equal keys in different objects',
      '{"jsonrpc":"2.0","id":1,"method":"x","params":{"id":1,"method":{"id":2}}}',
      'request',
      '1',
    ],
  ])('passes %s unchanged', (_name, text, kind, id) => {
    const message = ok(text);
    expect([message.kind, message.id, message.text]).toEqual([kind, id, text]);
  });

  it.each([
    ['broken JSON', '{"jsonrpc":"2.0","id":1', -32700, 'null'],
    ['a byte order mark', '\ufeff{"jsonrpc":"2.0","id":1,"method":"x"}', -32700, 'null'],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"x"}]', -32600, 'null'],
    ['a number', '5', -32600, 'null'],
    ['no version', '{"id":1,"method":"x"}', -32600, '1'],
    ['a null id', '{"jsonrpc":"2.0","id":null,"method":"x"}', -32600, 'null'],
    ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"x"}', -32600, 'null'],
    ['a repeated key', '{"jsonrpc":"2.0","id":7,"method":"x","method":"tools/call"}', -32600, '7'],
    ['a repeated id', '{"jsonrpc":"2.0","id":7,"id":8,"method":"x"}', -32600, 'null'],
    [
      'a repeated key in arguments',
      '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","arguments":{"n":1,"n":2}}}',
      -32600,
      '7',
    ],
    [
      'a key repeated by escape',
      '{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":1,"\\u0061":2}}',
      -32600,
      '7',
    ],
    ['a key in other case', '{"jsonrpc":"2.0","id":7,"method":"ping","Method":"tools/call"}', -32600, '7'],
    ['a key with a long s', '{"jsonrpc":"2.0","id":7,"method":"x","param\u017f":{}}', -32600, '7'],
    ['a key with NUL', '{"jsonrpc":"2.0","id":7,"method":"x","method\\u0000":"y"}', -32600, '7'],
    [
      'a tool name in other case',
      '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_x","Name":"start_y"}}',
      -32602,
      '7',
    ],
    ['a tool without a name', '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}', -32602, '7'],
    ['params that are a list', '{"jsonrpc":"2.0","id":7,"method":"x","params":[1]}', -32600, '7'],
    ['request and response in one', '{"jsonrpc":"2.0","id":7,"method":"x","result":{}}', -32600, '7'],
    ['nesting of 65', `{"jsonrpc":"2.0","id":7,"method":"x","e":${nested(64)}}`, -32600, '7'],
    ['nesting of 200,000', `{"jsonrpc":"2.0","id":7,"method":"x","e":${nested(200_000)}}`, -32600, '7'],
    [
      'an id of 2,000 characters',
      `{"jsonrpc":"2.0","id":"${'x'.repeat(2000)}","method":"x"}`,
      -32600,
      'null',
    ],
  ])('refuses %s', (_name, text, code, id) => {
    expect(line(text)).toMatchObject({ kind: 'refused', code, id });
  });

  it('refuses invalid UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    expect(inspect(bytes)).toMatchObject({ kind: 'refused', code: -32700 });
  });

  it('exchanges the id and nothing else', () => {
    const text =
      '{ "method" : "tools/call","params":{"name":"é","arguments":{"n":1e400,"id":3}},  "id" : 9007199254740993 ,"jsonrpc":"2.0"}';
    const message = ok(text);
    expect(withId(message, '42')).toBe(text.replace('9007199254740993', '42'));
    expect(argumentsText(message)).toBe('{"n":1e400,"id":3}');
  });

  it('gives arguments and progress token as they were written', () => {
    const message = ok(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":12345678901234567890},"name":"x"}}',
    );
    expect(progressToken(message)).toBe('12345678901234567890');
    expect(argumentsText(message)).toBe('{}');
  });
});
