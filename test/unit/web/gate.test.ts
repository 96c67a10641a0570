import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { requestDenial } from '../../../electron/web/gate.ts';

const asks = (host: string, origin?: string) =>
  ({
    httpVersion: '1.1',
    method: 'GET',
    url: '/',
    headers: {},
    rawHeaders: ['Host', host, ...(origin === undefined ? [] : ['Origin', origin])],
  }) as unknown as IncomingMessage;

describe('the gate on port 80', () => {
  it('knows that browsers leave the usual port out', () => {
    for (const host of ['127.0.0.1', 'localhost'])
      expect(requestDenial(asks(host, `http://${host}`), 80)).toBeUndefined();
    for (const host of ['127.0.0.1:80', 'evil.example', 'evil.example:80', ''])
      expect(requestDenial(asks(host), 80)?.status).toBe(403);
    expect(requestDenial(asks('127.0.0.1'), 8080)?.status).toBe(403);
    expect(requestDenial(asks('127.0.0.1', 'http://localhost'), 80)?.status).toBe(403);
  });
});
