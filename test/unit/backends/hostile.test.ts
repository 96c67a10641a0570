import { describe, expect, it } from 'vitest';
import { parseDecimal } from '../../../electron/core/backends/decimal.ts';
import { instantReader } from '../../../electron/core/backends/instant.ts';
import { payloadOfHttp } from '../../../electron/core/backends/json-value.ts';
import { readScan } from '../../../electron/core/backends/read-market.ts';
import { readPositions } from '../../../electron/core/backends/read-positions.ts';
import { readClosed } from '../../../electron/core/backends/read-trades.ts';
import { SourceChain, type ParsePayload } from '../../../electron/core/backends/sources.ts';
import type { McpReader } from '../../../electron/core/seams.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const context = { instant: instantReader('UTC'), currency: 'USD', openList: true };
const positions = (text: string) => {
  const payload = payloadOfHttp(200, text);
  return payload.ok ? readPositions(payload.value, context) : payload;
};
const list = (count: number, row: string) => Array.from({ length: count }, () => row).join(',');

function chainOf<T>(reader: McpReader, tool: string, parse: ParsePayload<T>): SourceChain<T> {
  const cycleId = () => Promise.resolve(undefined);
  const access = { link: {} as never, reader, clock: new ManualClock(), cycleId };
  return new SourceChain(access, [{ kind: 'mcp-tool', tool }], parse);
}

// what takes quadratic time runs into the limit of a test here: the app, and its emergency stop, would stand still
describe('answers that a broken or hostile droplet gives', () => {
  it('a number of a million digits is no amount', () => {
    const read = positions(`{"positions":[{"symbol":"A","quantity":${'9'.repeat(1_000_000)}}]}`);
    expect(read).toMatchObject({ ok: true, value: { rows: [{ symbol: 'A', quantity: null }] } });
    expect(parseDecimal('1'.repeat(65))).toBeNull();
    expect(parseDecimal(12_345_678.25)).toBe('12345678.25');
  });

  it('a hundred thousand rows of one id are told apart', { timeout: 30_000 }, () => {
    const text = `{"trades":[${list(100_000, '{"id":7,"status":"closed"}')}]}`;
    const payload = payloadOfHttp(200, text);
    const read = payload.ok ? readClosed(payload.value, context) : payload;
    expect(read).toMatchObject({ ok: true, value: { total: 100_000 } });
    const keys = read.ok ? (read.value as { rows: { key: string }[] }).rows.map(({ key }) => key) : [];
    expect(keys.slice(0, 3)).toEqual(['7', '7#2', '7#3']);
    expect(new Set(keys).size).toBe(keys.length);
    const few = positions(
      `[${list(3, '{"position_id":1,"symbol":"A"}')},{"position_id":"1#2","symbol":"B"}]`,
    );
    const rows = few.ok ? (few.value as { rows: { key: string }[] }).rows : [];
    expect(rows.map(({ key }) => key)).toEqual(['1', '1#2', '1#3', '1#2#2']);
  });

  it('a scan of two hundred thousand candidates is read: a rejection nobody waits for would end the app', async () => {
    const rows = `{"scan_timestamp":"2026-11-20T15:00:00Z","candidates":[${list(200_000, '{}')}]}`;
    const reader: McpReader = {
      resources: () => Promise.resolve([]),
      tools: () => Promise.resolve([{ name: 'get_candidates' }] as never),
      read: () => Promise.reject(new Error('not asked')),
      call: () => Promise.resolve({ result: { content: [{ type: 'text', text: rows }] } }),
    };
    const chain = chainOf(reader, 'get_candidates', (payload) =>
      payload.ok ? readScan(payload.value, context) : payload,
    );
    expect(await chain.read()).toMatchObject({
      ok: true,
      value: { total: 200_000, scannedAt: { at: Date.parse('2026-11-20T15:00:00Z') } },
    });
  });

  it('more positions than any account holds are unknown, as sums of a cut list would be wrong', () => {
    expect(positions(`[${list(5_001, '{"symbol":"A","quantity":1}')}]`)).toEqual({
      ok: false,
      reason: 'the list has 5001 rows; at most 5000 are read',
    });
    expect(positions(`[${list(5_000, '{"symbol":"A","quantity":1}')}]`).ok).toBe(true);
  });

  it('a symbol of megabytes is cut, and says so', () => {
    const read = positions(`[{"symbol":"${'A'.repeat(2_000_000)}","quantity":2}]`);
    const rows = read.ok ? (read.value as { rows: { symbol: string; key: string }[] }).rows : [];
    expect(rows.map(({ symbol, key }) => [symbol.length, symbol.at(-1), key.length < 2_000])).toEqual([
      [1_001, '…', true],
    ]);
  });

  it('a row of megabytes is read, and told of where it would be shown', () => {
    const read = positions(`[{"symbol":"A","quantity":2,"note":"${'x'.repeat(3_000_000)}"}]`);
    const [row] = read.ok ? (read.value as { rows: { quantity: string; raw: string }[] }).rows : [];
    expect(row?.quantity).toBe('2');
    expect(JSON.parse(row?.raw ?? '')).toEqual({
      'not shown': 'The row has 3000037 characters; 16384 are kept at most.',
    });
  });

  it.each([1_000, 4_000, 100_000])('nested %d times over, it is unknown with a reason', async (depth) => {
    const deep: unknown = JSON.parse(`${'{"error":'.repeat(depth)}"x"${'}'.repeat(depth)}`);
    const reader: McpReader = {
      resources: () => Promise.resolve([]),
      tools: () => Promise.resolve([{ name: 'get_positions' }] as never),
      read: () => Promise.reject(new Error('not asked')),
      call: () => Promise.resolve({ result: { structuredContent: deep } }),
    };
    const chain = chainOf(reader, 'get_positions', (payload) =>
      payload.ok ? readPositions(payload.value, context) : payload,
    );
    expect(await chain.read()).toMatchObject({ ok: false, reason: expect.stringMatching(/./) as string });
  });
});
