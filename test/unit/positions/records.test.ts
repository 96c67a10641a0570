import { describe, expect, it, onTestFinished } from 'vitest';
import { RecordsModel } from '../../../electron/contract/records.ts';
import { createRecords } from '../../../electron/core/positions/records.ts';
import { emptyTrading } from '../../../electron/core/positions/trading.ts';
import {
  fakeLink,
  fakeReader,
  garbage,
  json,
  manualClock,
  profileWith,
  service,
  text,
  until,
} from '../backends/world.ts';

const HISTORY = 'catalyst://positions/history';
const ended = { positions: [{ position_id: 1, symbol: 'AAPL', status: 'closed', realized_pnl: '12.50' }] };

async function watch(reader: Parameters<typeof fakeReader>[0]) {
  const server = await service((request, response) => {
    if (request.url === '/api/v1/candidates')
      json(response, { candidates: [{ symbol: 'AAPL', price: 1.5 }] });
    else json(response, { detail: 'Not Found' }, 404);
  });
  onTestFinished(server.close);
  const urls = Object.fromEntries(
    ['trading', 'scanner', 'news', 'reporting', 'workflow'].map((name) => [name, server.url]),
  );
  const link = fakeLink(urls);
  const time = manualClock();
  const models: RecordsModel[] = [];
  const mcp = fakeReader(reader);
  const records = createRecords({
    profile: () => profileWith(urls),
    link: link.link,
    reader: mcp.reader,
    clock: time.clock,
    trading: () => emptyTrading('not read', 0),
    publish: (model) => models.push(RecordsModel.parse(model)),
  });
  onTestFinished(() => records.stop());
  records.start();
  const last = () => models.at(-1);
  await until(() => {
    const news = last()?.news;
    return news?.state === 'unknown' && news.reason !== 'Not read yet.';
  });
  return { server, link, time, records, asked: mcp.asked, last };
}

describe('what a back end offers beside its state of the moment', () => {
  it('is known with its source where there is one, and unknown with the reason where there is none', async () => {
    const { last } = await watch({ [HISTORY]: () => text(ended) });
    expect(last()).toMatchObject({
      closed: {
        state: 'known',
        source: { kind: 'mcp-resource', ref: HISTORY },
        value: { rows: [{ realized: '12.50' }] },
      },
      scan: { state: 'known', source: { kind: 'rest', ref: 'scanner /api/v1/candidates' } },
      orders: { state: 'unknown', reason: 'trading /orders: HTTP 404: Not Found', last: null },
      news: { state: 'unknown', last: null },
    });
  });

  it('is asked for slowly, and what failed more slowly still', async () => {
    const { asked, server, time } = await watch({ [HISTORY]: () => text(ended) });
    const count = () => [
      asked.filter((uri) => uri === HISTORY).length,
      server.asked.filter((url) => url === '/orders').length,
    ];
    expect(count()).toEqual([1, 1]);
    time.move(14_000);
    expect(count()).toEqual([1, 1]);
    let elapsed = 14_000;
    await until(() => {
      time.move(1_000);
      elapsed += 1_000;
      return count()[0] === 4;
    });
    expect(elapsed).toBeGreaterThanOrEqual(45_000);
    expect(count()[1]).toBe(1);
  });

  it('keeps the last value when a source fails or the link goes, and says why', async () => {
    let answer = () => text(ended);
    const { last, time, link } = await watch({ [HISTORY]: () => answer() });
    answer = () => garbage;
    time.move(16_000);
    await until(() => last()?.closed.state === 'unknown');
    expect(last()?.closed).toMatchObject({
      last: { value: { total: 1 } },
      reason: expect.stringContaining('could not answer'),
    });
    link.state.reason = 'The link is off.';
    link.cut();
    expect(last()?.scan).toMatchObject({
      state: 'unknown',
      reason: 'The link is off.',
      last: { value: { total: 1 } },
    });
  });

  it('asks nothing while the link is away', async () => {
    const { asked, link, time } = await watch({ [HISTORY]: () => text(ended) });
    link.cut();
    const before = asked.length;
    time.move(600_000);
    expect(asked).toHaveLength(before);
  });
});
