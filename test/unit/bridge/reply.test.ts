import { describe, expect, it } from 'vitest';
import { receive, splice } from '../../../electron/core/bridge/reply.ts';

const spliced = (text: string, id: string) => {
  const received = receive([Buffer.from(text)]);
  return received && Buffer.concat(splice(received, id)).toString();
};
const big = 'é"\\'.repeat(40_000);
const blob = JSON.stringify(big);

describe('answers of the server', () => {
  it.each([
    ['id first', '{"jsonrpc":"2.0","id":77,"result":{"n":1e400,"id":5}}'],
    ['id last', '{"result":{"text":"ünï"},"jsonrpc":"2.0","id":77}'],
    ['id in the middle, with spaces', '{ "result" : {"id":3} , "id" : 77 , "jsonrpc":"2.0" }'],
    ['large, id first', `{"jsonrpc":"2.0","id":77,"result":{"content":${blob},"id":5}}`],
    ['large, id last', `{"result":{"content":${blob},"id":5},"jsonrpc":"2.0","id":77}`],
    ['large, version last', `{"result":{"content":${blob}},"id":77,"jsonrpc":"2.0"}`],
    ['large, unusual order', `{"result":{"content":${blob}},"id":77,"jsonrpc":"2.0","x":1}`],
    ['large, ends like an id inside', `{"jsonrpc":"2.0","id":77,"result":{"a":${blob},"id":9}}`],
  ])('keep every byte but the id: %s', (_name, text) => {
    const at = text.lastIndexOf('77');
    expect(spliced(text, '"c\\u0031"')).toBe(`${text.slice(0, at)}"c\\u0031"${text.slice(at + 2)}`);
  });

  it('lose raw line breaks, which would break the line to the client', () => {
    expect(spliced('{\n  "jsonrpc": "2.0",\r\n  "id": 1,\n  "result": {}\n}', '2')).toBe(
      '{   "jsonrpc": "2.0",    "id": 2,   "result": {} }',
    );
  });

  it.each(['<html>', '', '[]', '{"a":1}', '{"jsonrpc":"2.0","id":1,"resu', '"x"'])(
    'are not taken from %j',
    (text) => {
      expect(receive([Buffer.from(text)])).toBeUndefined();
    },
  );

  it('tell requests and notifications from responses', () => {
    expect(receive([Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}')])?.kind).toBe('request');
    expect(receive([Buffer.from('{"jsonrpc":"2.0","method":"x"}')])?.kind).toBe('notification');
  });
});
