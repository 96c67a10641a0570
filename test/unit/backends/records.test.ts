import { describe, expect, it } from 'vitest';
import { instantReader } from '../../../electron/core/backends/instant.ts';
import { parseJson } from '../../../electron/core/backends/json-text.ts';
import { payloadOfHttp } from '../../../electron/core/backends/json-value.ts';
import type { RecordsContext } from '../../../electron/core/backends/read-list.ts';
import { readNews, readScan } from '../../../electron/core/backends/read-market.ts';
import { readPerformance } from '../../../electron/core/backends/read-performance.ts';
import { readRuns } from '../../../electron/core/backends/read-runs.ts';
import { readClosed, readOrders } from '../../../electron/core/backends/read-trades.ts';
import {
  ClosedModel,
  NewsModel,
  OrdersModel,
  PerformanceFigures,
  RunsModel,
  ScanModel,
} from '../../../electron/contract/records.ts';

const context: RecordsContext = { instant: instantReader('UTC'), currency: 'USD' };
/** As received: numbers keep their spelling. */
const body = (text: string): unknown => parseJson(text)?.value;
function value<T>(read: { ok: true; value: T } | { ok: false; reason: string }): T {
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

describe('trades that ended', () => {
  it('reads the v5 rows: what is open is left out, null stays unknown, zero stays zero, newest first', () => {
    const closed = value(
      readClosed(
        body(`{"success":true,"positions":[
          {"position_id":1,"symbol":"AAPL","side":"long","quantity":100,"entry_price":175.20,"exit_price":null,
           "status":"closed","closed_at":"2026-11-20T15:00:00+00:00","realized_pnl":null,"risk_amount":470.00},
          {"position_id":2,"symbol":"MSFT","side":"short","quantity":30,"entry_price":415.5,"exit_price":415.5,
           "status":"stopped_out","closed_at":"2026-11-20T16:00:00+00:00","realized_pnl":0.00,"close_reason":"stop_loss"},
          {"position_id":3,"symbol":"NVDA","status":"open","realized_pnl":12.5}],"count":9}`),
        context,
      ),
    );
    ClosedModel.parse(closed);
    expect(closed.total).toBe(2);
    expect(closed.rows).toMatchObject([
      { id: '2', realized: '0.00', side: 'short', reason: 'stop_loss' },
      { id: '1', entry: '175.20', exit: null, realized: null, risk: '470.00' },
    ]);
  });

  it('reads the successor’s columns: text decimals, its own currency, digits as a symbol', () => {
    const { rows } = value(
      readClosed(
        body(`[{"position_id":7,"symbol":"700","side":"LONG","quantity":"100","entry_price":"392.6000",
          "exit_price":"400.4520","exit_time":"2026-11-20T15:10:00+08:00","realized_pnl":"785.20",
          "realized_pnl_pct":"2.0000","exit_reason":"target","currency":"HKD","status":"closed"}]`),
        context,
      ),
    );
    expect(rows[0]).toMatchObject({
      symbol: '700',
      side: 'long',
      exit: '400.4520',
      realized: '785.20',
      currency: 'HKD',
      reason: 'target',
    });
    expect(new Date(rows[0].closedAt!.at).toISOString()).toBe('2026-11-20T07:10:00.000Z');
  });

  it('keeps the newest 200 and says how many there were; equal rows keep apart', () => {
    const rows = Array.from({ length: 230 }, (_, n) => ({
      symbol: 'AAPL',
      status: 'closed',
      closed_at: `2026-11-${String(1 + (n % 20)).padStart(2, '0')}`,
    }));
    const closed = value(readClosed({ trades: rows }, context));
    expect(closed).toMatchObject({ total: 230 });
    expect(closed.rows).toHaveLength(200);
    expect(closed.rows[0].closedAt?.text).toBe('2026-11-20');
    expect(new Set(closed.rows.map(({ key }) => key)).size).toBe(200);
  });

  it.each([
    ['an error beside an empty list', '{"history":[],"error":"column \\"start_time\\" does not exist"}'],
    ['no list', '{"success":true}'],
    ['a list with something that is no row', '{"trades":[1]}'],
    ['a success that says it failed', '{"success":false,"trades":[]}'],
  ])('calls %s unknown, not none', (_name, text) => {
    expect(readClosed(body(text), context).ok).toBe(false);
  });

  it('takes an empty list for none', () => {
    expect(value(readClosed(body('{"positions":[]}'), context))).toEqual({ rows: [], total: 0 });
  });
});

describe('orders', () => {
  it('reads the broker’s shape: texts, a fill price of 0 for no fill, buy and sell kept as they are', () => {
    const orders = value(
      readOrders(
        body(`{"count":2,"orders":[
          {"id":"61e69015","symbol":"AAPL","side":"buy","type":"limit","qty":"15","filled_qty":"0",
           "filled_avg_price":0,"limit_price":"150.10","status":"new","submitted_at":"2026-11-20T15:00:00Z"},
          {"order_id":12,"position_id":3,"symbol":"MSFT","action":"sell","order_type":"stop","quantity":-5,
           "stop_price":401.50,"created_at":"2026-11-20 15:30:00.000001"}]}`),
        context,
      ),
    );
    OrdersModel.parse(orders);
    expect(orders.rows).toMatchObject([
      { id: '12', position: '3', side: 'sell', quantity: '5', stop: '401.50', status: 'not reported' },
      { id: '61e69015', side: 'buy', limit: '150.10', filled: '0', price: null, status: 'new' },
    ]);
    expect(orders.rows[0].placedAt?.assumedZone).toBe(true);
  });
});

describe('results of a back end', () => {
  it('reads the report of a cycle: a fraction becomes percent, null stays unknown', () => {
    const figures = value(
      readPerformance(
        body(`{"cycle_id":"20251121-093000","total_trades":12,"winning_trades":8,"losing_trades":4,
          "win_rate":0.6667,"total_pnl":812.40,"average_win":180.10,"average_loss":-157.10,
          "largest_win":402.0,"largest_loss":-210.5,"profit_factor":null,"avg_r_multiple":null}`),
        'USD',
      ),
    );
    PerformanceFigures.parse(figures);
    expect(figures).toMatchObject({
      period: 'cycle 20251121-093000',
      winRate: '66.67',
      total: '812.40',
      profitFactor: null,
      averageLoss: '-157.10',
    });
  });

  it('does not show a rate or an average over no trades, which is answered as 0', () => {
    expect(
      value(
        readPerformance(
          body(
            '{"date":"2026-11-21","summary":{"closed_today":0,"winners_today":0,"losers_today":0,"win_rate_today":0.0,"total_pnl":0.0,"average_win":0}}',
          ),
          'USD',
        ),
      ),
    ).toMatchObject({ period: 'day 2026-11-21', trades: 0, winRate: null, averageWin: null, total: '0.0' });
  });

  it.each([
    ['"68.3%"', '68.3'],
    ['0.683', '68.30'],
    ['68.3', '68.3'],
    ['1', '100'],
    ['"0.5%"', '0.5'],
  ])('reads a win rate of %s as %s percent', (given, percent) => {
    expect(value(readPerformance(body(`{"total_trades":3,"win_rate":${given}}`), 'USD')).winRate).toBe(
      percent,
    );
  });

  it('is unknown where an answer is about something else', () => {
    expect(readPerformance(body('{"success":true,"total_pnl":12}'), 'USD').ok).toBe(false);
  });
});

describe('scans, news and runs', () => {
  it('reads candidates and when they were found; a count in their place is no list', () => {
    const scan = value(
      readScan(
        body(`{"success":true,"count":1,"candidates":[{"rank":1,"symbol":"AAPL","composite_score":0.740,
          "price":179.54,"volume":51234000,"scan_timestamp":"2026-11-21T10:00:00"}]}`),
        context,
      ),
    );
    ScanModel.parse(scan);
    expect(scan).toMatchObject({ total: 1, rows: [{ symbol: 'AAPL', score: '0.740', company: null }] });
    expect(scan.scannedAt).toMatchObject({ text: '2026-11-21T10:00:00', assumedZone: true });
    expect(value(readScan(body('{"candidates":2,"picks":[{"symbol":"A"}]}'), context)).total).toBe(1);
    expect(readScan(body('{"candidates":0,"picks":null}'), context).ok).toBe(false);
  });

  it('reads catalysts, newest first, and leaves out what has no words', () => {
    const news = value(
      readNews(
        body(`{"catalysts":[{"symbol":"A","headline":"older","sentiment_score":-0.4,"published_at":"2026-11-20"},
          {"symbol":"B","headline":"newer","published_at":"2026-11-21"},{"symbol":"C"}]}`),
        context,
      ),
    );
    NewsModel.parse(news);
    expect(news.rows.map(({ headline, sentiment }) => [headline, sentiment])).toEqual([
      ['newer', null],
      ['older', '-0.4'],
    ]);
  });

  it('reads runs of workflow and orchestrator, and an error beside an empty history as unknown', () => {
    const runs = value(
      readRuns(
        body(`{"history":[{"cycle_id":"cycle_20261121_101446","start_time":"2026-11-21T10:14:46","end_time":null,
          "status":"completed","final_candidates":5,"trades_executed":0}]}`),
        context,
      ),
    );
    RunsModel.parse(runs);
    expect(runs.rows[0]).toMatchObject({ candidates: 5, trades: 0, endedAt: null, mode: null, pnl: null });
    const history = payloadOfHttp(200, '{"history":[],"error":"column \\"start_time\\" does not exist"}');
    expect(history).toMatchObject({ ok: false, reason: 'column "start_time" does not exist' });
  });
});
