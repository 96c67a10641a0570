import http from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { exchange } from '../../electron/core/http/request.ts';

describe('one HTTP exchange over a link', () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  afterEach(() => void process.off('uncaughtException', note));

  it('rejects a header that cannot be sent, and nothing of it goes off later', async () => {
    process.prependListener('uncaughtException', note);
    const route = {
      url: new URL('http://127.0.0.1:9/mcp'),
      agent: new http.Agent(),
      headers: { 'x-api-key': 'two\nlines' },
    };
    await expect(exchange(route, { timeoutMs: 30 })).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(uncaught).toEqual([]);
  });
});
