import { describe, expect, it } from 'vitest';
import { SseParser } from '../../../electron/core/bridge/upstream/sse.ts';

function run(chunks: Buffer[]) {
  const events: string[] = [];
  const parser = new SseParser({
    onEvent: (data, event) => events.push(`${event}=${Buffer.concat(data).toString()}`),
    onId: (id) => events.push(`id=${id}`),
    onRetry: (ms) => events.push(`retry=${ms}`),
  });
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

const streams: Record<string, [string, string[]]> = {
  'one event': ['event: message\ndata: {"a":1}\n\n', ['message={"a":1}']],
  'no space, no event name': ['data:{"a":1}\n\n', ['message={"a":1}']],
  'CRLF and CR line ends': [
    'event: message\r\ndata: x\r\n\r\ndata: y\r\rdata: z\n\n',
    ['message=x', 'message=y', 'message=z'],
  ],
  'several data lines': ['data: {"a":\ndata: 1}\n\n', ['message={"a":\n1}']],
  'comments, ids, retry and unknown fields': [
    ': ping - now\n\nid: 7\nretry: 500\nwhat: ever\ndata\n\ndata: ü€😀\n\n',
    ['id=7', 'retry=500', 'message=ü€😀'],
  ],
  'priming event without data': ['id: 1\ndata:\n\ndata: x\n\n', ['id=1', 'message=x']],
  'other event names': ['event: endpoint\ndata: /m\n\ndata: x\n\n', ['endpoint=/m', 'message=x']],
  'byte order mark': ['\ufeffdata: x\n\n', ['message=x']],
  'unfinished event is not dispatched': ['data: x\n\ndata: half\n', ['message=x']],
};

describe('SSE parser', () => {
  for (const [name, [text, expected]] of Object.entries(streams)) {
    it(`${name}: the same for every place where the stream is cut`, () => {
      const bytes = Buffer.from(text);
      expect(run([bytes])).toEqual(expected);
      for (let at = 0; at <= bytes.length; at++)
        expect(run([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
      expect(run([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
    });
  }
});
