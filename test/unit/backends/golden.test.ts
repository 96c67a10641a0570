import { describe, expect, it } from 'vitest';
import { instantReader } from '../../../electron/core/backends/instant.ts';
import { payloadOfAnswer, payloadOfHttp, type Payload } from '../../../electron/core/backends/json-value.ts';
import { readCycle, readMissingCycle, readWorkflow } from '../../../electron/core/backends/read-cycle.ts';
import { readHealth } from '../../../electron/core/backends/read-health.ts';
import { readPnl } from '../../../electron/core/backends/read-pnl.ts';
import { readPositions } from '../../../electron/core/backends/read-positions.ts';
import { readReported } from '../../../electron/core/backends/read-reported.ts';
import type { RpcAnswer } from '../../../electron/core/seams.ts';
import { Position } from '../../../electron/contract/models.ts';
import { goldenCases, plain, type Case } from './golden.ts';

const utc = instantReader('UTC');

function expectPayload(payload: Payload, { value, reason }: Case) {
  if (reason !== undefined) expect(payload).toMatchObject({ ok: false, reason });
  else expect(plain(payload)).toMatchObject({ ok: true, value: plain(value) });
}

function expectRead(read: { ok: boolean }, expected: unknown) {
  if (typeof expected === 'string') expect(read).toEqual({ ok: false, reason: expected });
  else expect(read).toMatchObject({ ok: true, value: plain(expected) });
}

describe('/health answers', () => {
  it.each(goldenCases('health'))('$name', ({ status = 200, text, body, expect: expected }) => {
    expect(readHealth(Number(status), text ?? JSON.stringify(body))).toEqual(plain(expected));
  });
});

describe('reported health', () => {
  it.each(goldenCases('reported'))('$name', ({ body, expect: expected }) => {
    const read = readReported(body);
    if (typeof expected === 'string') {
      expect(read).toEqual({ ok: false, reason: expected });
      return;
    }
    if (!read.ok) throw new Error(read.reason);
    const services = [...read.value.services].map(([name, { verdict, text }]) => [name, [verdict, text]]);
    expect({ ...read.value, services: Object.fromEntries(services) }).toEqual(plain(expected));
  });
});

describe('positions', () => {
  it.each(goldenCases('positions'))('$name', ({ body, currency = 'USD', expect: expected, totals }) => {
    const read = readPositions(body, { instant: utc, currency, openList: true });
    if (typeof expected === 'string' || !read.ok) {
      expect(read).toEqual({ ok: false, reason: expected });
      return;
    }
    const rows = expected as { opened?: string }[];
    expect(read.value.rows).toHaveLength(rows.length);
    for (const [index, { opened, ...fields }] of rows.entries()) {
      const row = read.value.rows[index];
      Position.parse(row);
      expect(row).toMatchObject(plain(fields));
      if (opened) expect(new Date(row.openedAt!.at).toISOString()).toBe(opened);
    }
    expect(read.value.totals).toEqual(plain(totals));
  });

  it.each([
    [{ success: true, positions: [], count: 2 }, 'the list is empty, but 2 are counted beside it'],
    [{ positions: [], total: '1' }, 'the list is empty, but 1 are counted beside it'],
    [{ monitored_positions: 3, positions: [] }, 'the list is empty, but 3 are counted beside it'],
  ])('does not take an empty list for none where %j counts some', (body, reason) => {
    expect(readPositions(body, { instant: utc, currency: 'USD', openList: true })).toEqual({
      ok: false,
      reason,
    });
  });

  it('keeps the row as it came, with its spelling', () => {
    const payload = payloadOfHttp(200, '{"positions":[{"symbol":"AAPL","entry_price":175.20}]}');
    const read = payload.ok
      ? readPositions(payload.value, { instant: utc, currency: 'USD', openList: true })
      : payload;
    if (!read.ok) throw new Error(read.reason);
    expect(read.value.rows[0]).toMatchObject({
      entry: '175.20',
      raw: '{"symbol":"AAPL","entry_price":175.20}',
    });
  });

  it('does not call a row open in a list that was not asked for as open', () => {
    const read = readPositions([{ symbol: 'AAPL' }], { instant: utc, currency: 'USD', openList: false });
    expect(read).toMatchObject({ value: { rows: [{ status: 'unknown' }] } });
  });
});

describe('cycle', () => {
  it.each(goldenCases('cycle'))('$name', ({ body, expect: expected }) => {
    const { started, ...fields } = typeof expected === 'string' ? {} : (expected as { started?: string });
    const read = readCycle(body, utc);
    expectRead(read, typeof expected === 'string' ? expected : fields);
    if (started && read.ok) expect(new Date(read.value.startedAt!.at).toISOString()).toBe(started);
  });

  it('takes a 404 that names the state as an answer, and no other 404', () => {
    expect(readMissingCycle('{"status":"no active cycle"}')).toMatchObject({ active: false });
    expect(readMissingCycle('{"detail":"Not Found"}')).toBeUndefined();
  });
});

describe('workflow', () => {
  it.each(goldenCases('workflow'))('$name', ({ body, expect: expected }) => {
    expectRead(readWorkflow(body, utc), expected);
  });
});

describe('P&L', () => {
  it.each(goldenCases('pnl'))('$name', ({ body, currency = 'USD', expect: expected }) => {
    expectRead(readPnl(body, currency), expected);
  });
});

describe('MCP answers', () => {
  it.each(goldenCases('answers'))('$name', (one) => {
    expectPayload(payloadOfAnswer(plain(one.answer) as RpcAnswer), one);
  });

  it('prefers the text where it says the same, since it alone keeps 175.20', () => {
    const payload = payloadOfAnswer({
      result: { content: [{ type: 'text', text: '{"p": 175.20}' }], structuredContent: { p: 175.2 } },
    });
    expect(JSON.stringify(payload.ok && payload.value)).toBe('{"p":175.20}');
  });

  it('keeps the full text of an error for who wants to see it', () => {
    const payload = payloadOfAnswer({ error: { code: -32602, message: 'Invalid request parameters' } });
    expect(payload.text).toBe('Invalid request parameters');
  });
});

describe('HTTP answers', () => {
  it.each(goldenCases('http'))('$name', (one) => {
    expectPayload(payloadOfHttp(Number(one.status), one.text ?? ''), one);
  });

  it('reads Python’s bare NaN as nothing and leaves it alone inside texts', () => {
    const payload = payloadOfHttp(200, '{"a": NaN, "b": -Infinity, "c": "NaN of it"}');
    expect(payload).toMatchObject({ ok: true, value: { a: null, b: null, c: 'NaN of it' } });
  });
});
