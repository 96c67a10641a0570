import { describe, expect, it, onTestFinished } from 'vitest';
import { NOT_READ } from '../../../electron/contract/awaited.ts';
import { TradingModel } from '../../../electron/contract/models.ts';
import { createTrading } from '../../../electron/core/positions/trading.ts';
import type { McpReader, RpcAnswer } from '../../../electron/core/seams.ts';
import {
  fakeLink,
  fakeReader,
  garbage,
  json,
  manualClock,
  profileWith,
  service,
  silent,
  text,
  until,
} from '../backends/world.ts';

const OPEN = 'catalyst://portfolio/positions/open';
const row = (symbol: string, pnl: string | null) => ({ position_id: symbol, symbol, unrealized_pnl: pnl });
const list = (...rows: unknown[]) => ({ success: true, positions: rows, count: rows.length });

interface Rest {
  positions?: unknown;
  cycles?: unknown;
  workflow?: unknown;
  metrics?: unknown;
}

async function droplet(rest: Rest) {
  const routes: [RegExp, keyof Rest][] = [
    [/positions\/active/, 'positions'],
    [/cycles\/active/, 'cycles'],
    [/workflow\/status/, 'workflow'],
    [/metrics\//, 'metrics'],
  ];
  const server = await service((request, response) => {
    const key = routes.find(([path]) => path.test(request.url ?? ''))?.[1];
    const body = key && rest[key];
    if (body === undefined) json(response, { detail: 'Not Found' }, 404);
    else json(response, body);
  });
  onTestFinished(server.close);
  return server;
}

function watch(url: string, reader: McpReader, services = ['trading', 'workflow', 'risk-manager']) {
  const urls = Object.fromEntries(services.map((name) => [name, url]));
  const link = fakeLink(urls);
  const time = manualClock();
  const models: TradingModel[] = [];
  const profile = profileWith(urls);
  const trading = createTrading({
    profile: () => profile,
    link: link.link,
    reader,
    clock: time.clock,
    log: silent,
    publish: (model) => models.push(model),
  });
  onTestFinished(() => trading.stop());
  return { trading, link, time, models, last: () => models.at(-1)! };
}

describe('sources', () => {
  it('takes the first that answers with content, remembers it, and tries the order again after a minute', async () => {
    const server = await droplet({ positions: list(row('AAPL', '1.5')) });
    let mcp: RpcAnswer = garbage;
    const { reader, asked } = fakeReader({ [OPEN]: () => mcp });
    const { trading, last, time } = watch(server.url, reader);
    trading.start();
    await trading.refresh();
    expect(last().positions).toMatchObject({
      state: 'known',
      source: { kind: 'rest', ref: 'trading /api/v1/positions/active' },
    });
    TradingModel.parse(last());
    const before = asked.filter((uri) => uri === OPEN).length;
    await trading.refresh();
    expect(asked.filter((uri) => uri === OPEN)).toHaveLength(before);
    mcp = text(list(row('MSFT', '2')));
    time.move(60_000);
    await trading.refresh();
    expect(last().positions).toMatchObject({ source: { kind: 'mcp-resource', ref: OPEN } });
  });

  it('says that nothing was read yet as soon as the link opens, not that it is away', async () => {
    const server = await droplet({ positions: list(row('AAPL', '1.5')) });
    const { trading, link, models } = watch(server.url, fakeReader({}).reader);
    link.cut();
    link.state.reason = 'The link is connecting (signing in).';
    trading.start();
    const told = () => models.map(({ pnl }) => (pnl.state === 'unknown' ? pnl.reason : pnl.state));
    expect(told()).toEqual(['The link is connecting (signing in).']);
    link.open();
    expect(told().at(-1)).toBe(NOT_READ);
    await trading.refresh();
    expect(models.at(-1)?.positions.state).toBe('known');
  });

  it('says unknown with every source’s reason, keeps the last value, and when it began', async () => {
    const rest: Rest = { positions: list(row('AAPL', '1')) };
    const server = await droplet(rest);
    const { reader } = fakeReader({ [OPEN]: () => garbage });
    const { trading, last, time } = watch(server.url, reader);
    trading.start();
    await trading.refresh();
    const received = time.clock.now();
    rest.positions = { positions: [], error: 'trading is away' };
    time.move(1000);
    await trading.refresh();
    const { positions } = last();
    if (positions.state !== 'unknown')
      throw new Error('an error beside an empty list was taken for no positions');
    expect(positions.reason).toContain('trading /api/v1/positions/active: trading is away');
    expect(positions.reason).toContain(`MCP ${OPEN}: the server could not answer (error -32603)`);
    expect(positions.last).toMatchObject({ receivedAt: received, value: { rows: [{ symbol: 'AAPL' }] } });
    expect(positions.since).toBe(received + 1000);
    time.move(1000);
    await trading.refresh();
    expect(last().positions).toMatchObject({ since: received + 1000 });
  });

  it('still reads REST while MCP hangs', async () => {
    const server = await droplet({ positions: list() });
    const { reader, asked } = fakeReader({ [OPEN]: () => new Promise<RpcAnswer>(() => undefined) });
    const { trading, last, models, time } = watch(server.url, reader);
    trading.start();
    await until(() => asked.includes(OPEN));
    time.move(5000);
    await until(() => models.length > 0 && last().positions.state === 'known');
    expect(last().positions).toMatchObject({ value: { rows: [], totals: [] } });
  });

  it('says what is missing when a link reaches no service and MCP lists nothing', async () => {
    const { reader } = fakeReader({});
    const { trading, last } = watch('http://127.0.0.1:1', reader, []);
    trading.start();
    await trading.refresh();
    expect(last().positions).toMatchObject({ state: 'unknown', last: null });
    expect((last().positions as { reason: string }).reason).toContain(
      'the service trading is not reachable over this link',
    );
    expect((last().pnl as { reason: string }).reason).toContain('no active cycle is known');
  });

  it('asks risk metrics for the trading service’s active cycle', async () => {
    const server = await droplet({
      cycles: { cycles: [{ cycle_id: 'a b/1', status: 'active' }] },
      metrics: { daily_pnl: '12.50', unrealized_pnl: 1 },
    });
    const { reader } = fakeReader({});
    const { trading, last, time } = watch(server.url, reader);
    trading.start();
    await trading.refresh();
    expect(server.asked).toContain('/api/v1/metrics/a%20b%2F1');
    expect(last().pnl).toMatchObject({
      state: 'known',
      value: { daily: '12.50', equity: null },
      receivedAt: time.clock.now(),
    });
    expect(last().cycle).toMatchObject({ value: { active: true, id: 'a b/1' } });
  });
});

describe('polling', () => {
  it('never has two reads of one model under way by itself', async () => {
    const hung = await service(() => undefined);
    onTestFinished(hung.close);
    const { reader } = fakeReader({});
    const { trading, time } = watch(hung.url, reader, ['trading']);
    trading.start();
    await until(() => hung.asked.some((path) => path.includes('positions/active')));
    const before = hung.asked.filter((path) => path.includes('positions/active')).length;
    time.move(20_000);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(hung.asked.filter((path) => path.includes('positions/active'))).toHaveLength(before);
  });

  it('ends with stop: no timer, no listener, no late model', async () => {
    let answer: (() => void) | undefined;
    const slow = await service((_request, response) => {
      answer = () => json(response, list(row('AAPL', '1')));
    });
    onTestFinished(slow.close);
    const { reader } = fakeReader({});
    const { trading, time, models, link } = watch(slow.url, reader, ['trading']);
    trading.start();
    await until(() => answer);
    trading.stop();
    trading.stop();
    const published = models.length;
    answer!();
    await new Promise((resolve) => setTimeout(resolve, 40));
    const polls = time.waiting();
    time.move(60_000);
    expect([polls, models.length - published, link.listeners.size]).toEqual([0, 0, 0]);
  });

  it('is unknown at once when the link is cut, and known again when it is back', async () => {
    const server = await droplet({ positions: list(row('AAPL', '1')), workflow: { status: 'idle' } });
    const { reader } = fakeReader({});
    const { trading, last, link } = watch(server.url, reader);
    trading.start();
    await trading.refresh();
    link.state.reason = 'The server closed the connection.';
    link.cut();
    expect(last().workflow).toMatchObject({
      state: 'unknown',
      reason: link.state.reason,
      last: { value: { status: 'idle' } },
    });
    link.open();
    await trading.refresh();
    expect(last().workflow).toMatchObject({ state: 'known' });
  });
});

describe('the state for an emergency stop', () => {
  it('is read anew and a slower answer from before does not overwrite it', async () => {
    const answers: (() => void)[] = [];
    let status = 'scanning';
    const server = await service((request, response) => {
      if (!request.url?.includes('workflow/status')) return json(response, {}, 404);
      const body = { status };
      answers.push(() => json(response, body));
    });
    onTestFinished(server.close);
    const { reader } = fakeReader({
      'catalyst://trading-cycle/current': () => text({ status: 'no_active_cycle' }),
    });
    const { trading, last } = watch(server.url, reader, ['workflow']);
    trading.start();
    await until(() => answers.length === 1);
    status = 'idle';
    const asked = trading.readStopState();
    await until(() => answers.length === 2);
    answers[1]();
    expect(await asked).toEqual({
      workflow: { running: false, text: 'idle (rest workflow /api/v1/workflow/status)' },
      cycle: { active: false, text: 'no_active_cycle (mcp-resource catalyst://trading-cycle/current)' },
    });
    answers[0]();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(last().workflow).toMatchObject({ value: { status: 'idle', running: false } });
  });

  it('says that it does not know, and why', async () => {
    const { reader } = fakeReader({ 'catalyst://trading-cycle/current': () => garbage });
    const { trading, link } = watch('http://127.0.0.1:1', reader, ['workflow']);
    const state = await trading.readStopState();
    expect(state.workflow.running).toBeNull();
    expect(state.workflow.text).toContain('nothing listens on its port');
    expect(state.cycle).toMatchObject({ active: null });
    link.cut();
    expect((await trading.readStopState()).cycle).toEqual({
      active: null,
      text: 'unknown: The link is off.',
    });
  });
});
