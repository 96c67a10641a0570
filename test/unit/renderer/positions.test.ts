import { describe, expect, it } from 'vitest';
import { sparkPath } from '../../../renderer/parts/spark-path.ts';
import { fitting } from '../../../renderer/parts/fitting.ts';
import { closedCsv, positionsCsv } from '../../../renderer/views/positions/export.ts';
import { createFigures } from '../../../renderer/views/positions/figures.ts';
import { filtered } from '../../../renderer/views/positions/filter.ts';
import { SeriesBook } from '../../../renderer/views/positions/series-book.ts';
import { records } from '../../fixtures/page/scenario-records.ts';
import { positions } from '../../fixtures/page/scenario-state.ts';

const { rows } = positions(12, Date.UTC(2026, 10, 21, 12));
const known = {
  value: null,
  source: { kind: 'mcp-resource', ref: '=cmd|x' } as const,
  receivedAt: Date.UTC(2026, 10, 21, 12),
};

describe('the filter of positions', () => {
  it('finds rows by every word typed', () => {
    const words = (row: (typeof rows)[number]) => `${row.symbol} ${row.side}`;
    expect(filtered(rows, 'nv', words).map((row) => row.symbol)).toEqual(['NVDA']);
    expect(filtered(rows, 'short', words).every((row) => row.side === 'short')).toBe(true);
    expect(filtered(rows, 'long nv', words).length).toBe(1);
    expect(filtered(rows, '', words)).toBe(rows);
  });
});

describe('the CSV of positions', () => {
  const parse = (parts: readonly string[]) => parts.map((line) => line.replace(/\r\n$/, '').split(','));

  it('has the rows in the order given, losses as plain numbers, times as ISO 8601, unknown as nothing', () => {
    const given = rows.toReversed();
    const [head, ...lines] = parse(positionsCsv(given, createFigures(), { profile: 'demo', known }));
    const column = (name: string) => lines.map((line) => line[head.indexOf(name)]);
    expect(column('symbol')).toEqual(given.map((row) => row.symbol));
    expect(column('unrealized')).toEqual(given.map((row) => row.unrealized ?? ''));
    expect(column('unrealized')).toContain('');
    expect(column('unrealized').filter((field) => field.startsWith('-')).length).toBeGreaterThan(0);
    expect(column('received_at')[0]).toBe('2026-11-21T12:00:00.000Z');
    expect(column('opened_at')[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(lines.every((line) => line.length === head.length)).toBe(true);
  });

  it('gives a spreadsheet no formula to run, whatever a back end names its symbols', () => {
    const evil = [
      { ...rows[0], symbol: '=HYPERLINK("http://evil","x")', cycle: '+1,"2"\n3', unrealized: '-12.50' },
      { ...rows[1], symbol: '\t@SUM(A1)', id: '-2' },
    ];
    const text = positionsCsv(evil, createFigures(), { profile: 'demo', known }).join('');
    expect(text).toContain('"\'=HYPERLINK(""http://evil"",""x"")"');
    expect(text).toContain('"\'+1,""2""\n3"');
    expect(text).toContain("'\t@SUM(A1)");
    expect(text).toContain(',-12.50,');
    expect(text).toContain(",'-2\r\n");
  });

  it('writes closed trades the same way', () => {
    const { closed } = records(0);
    const trades = closed.state === 'known' ? closed.value.rows : [];
    const [head, first] = parse(closedCsv(trades, { profile: 'demo', known }));
    expect(first[head.indexOf('realized')]).toBe('214.50');
  });
});

describe('columns', () => {
  const columns = [
    { id: 'symbol', width: 100, rank: 0 },
    { id: 'quantity', width: 80, rank: 3 },
    { id: 'price', width: 90, rank: 2 },
    { id: 'unrealized', width: 120, rank: 0 },
    { id: 'stop', width: 80, rank: 5 },
    { id: 'percent', width: 80, rank: 1 },
  ];

  it('give way in order of their rank, in their own order', () => {
    const shown = (room: number) => fitting(columns, room).map(({ id }) => id);
    expect(shown(0)).toEqual(['symbol', 'unrealized']);
    expect(shown(300)).toEqual(['symbol', 'unrealized', 'percent']);
    expect(shown(390)).toEqual(['symbol', 'price', 'unrealized', 'percent']);
    expect(shown(5_000)).toEqual(columns.map(({ id }) => id));
  });
});

describe('the line of a position', () => {
  const row = (unrealized: string | null) => [{ ...rows[0], key: 'a', unrealized }];

  it('takes each reading once, keeps the newest at its end, and forgets what has gone', () => {
    const book = new SeriesBook();
    book.take(row('1'), 1_000);
    book.take(row('9'), 1_000);
    book.take(row('2'), 1_500);
    book.take(row('3'), 2_000);
    book.take(row(null), 2_500);
    book.take(row('4'), 9_000);
    expect(book.of('a')).toEqual([
      [1_000, 1],
      [2_000, 3],
      [9_000, 4],
    ]);
    book.take([], 10_000);
    expect(book.of('a')).toEqual([]);
  });

  it('puts what was remembered before what was seen', () => {
    const book = new SeriesBook();
    book.take(row('5'), 50_000);
    const remembered: { key: string; points: [number, null, string | null][] }[] = [
      {
        key: 'a',
        points: [
          [10_000, null, '1'],
          [15_000, null, null],
          [20_000, null, '2'],
        ],
      },
    ];
    book.remember(remembered);
    book.remember(remembered);
    expect(book.of('a').map(([, value]) => value)).toEqual([1, 2, 5]);
  });

  it('breaks where nobody looked, and is nothing of one point', () => {
    expect(sparkPath([[0, 1]], 80, 20, 10)).toBeNull();
    const { line } = sparkPath(
      [
        [0, 1],
        [5, 2],
        [100, 1],
        [105, 3],
      ],
      80,
      20,
      10,
    )!;
    expect(line.match(/M/g)).toHaveLength(2);
  });
});
