import net, { type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HealthModel } from '../../../electron/contract/models.ts';
import type { Profile } from '../../../electron/contract/profile.ts';
import { CATALYST_DOWNTIME } from '../../../electron/core/backends/presets.ts';
import { createHealth } from '../../../electron/core/health/prober.ts';
import type { McpReader } from '../../../electron/core/seams.ts';
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
} from '../../unit/backends/world.ts';

function watch(
  link: ReturnType<typeof fakeLink>,
  services: Record<string, string>,
  reader: McpReader = fakeReader({}).reader,
  over: Partial<Profile> = {},
  time = manualClock(),
) {
  const models: HealthModel[] = [];
  const profile = profileWith(services, over);
  const health = createHealth({
    profile: () => profile,
    link: link.link,
    reader,
    clock: time.clock,
    log: silent,
    publish: (model) => models.push(model),
  });
  health.start();
  onTestFinished(() => health.stop());
  const of = (name: string) => models.at(-1)?.services.find((one) => one.name === name);
  return { health, models, time, of };
}

async function up(body: unknown = { status: 'healthy' }, status = 200) {
  const server = await service((_request, response) => json(response, body, status));
  onTestFinished(server.close);
  return server;
}

describe('probing', () => {
  it('believes the body over the code, measures, counts proof and keeps beats', async () => {
    const good = await up({ status: 'healthy', version: '5.1.2', database: 'connected' });
    const liar = await up({ status: 'unhealthy', error: 'database_unavailable', message: 'gone' });
    const urls = { trading: good.url, scanner: liar.url };
    const link = fakeLink(urls);
    const { health, time, of } = watch(link, urls);
    await health.refresh();
    expect(of('trading')).toMatchObject({
      verdict: 'up',
      version: '5.1.2',
      httpStatus: 200,
      parts: { database: 'connected' },
      source: { kind: 'probe', ref: 'trading /health' },
      probedAt: time.clock.now(),
    });
    expect(of('trading')!.latencyMs).toBeGreaterThan(0);
    expect(of('scanner')).toMatchObject({ verdict: 'degraded', httpStatus: 200 });
    expect(of('scanner')!.reason).toContain('its database is down');
    expect(link.state.proofs).toBe(2);
    time.move(11_000);
    await until(() => good.asked.length === 2);
    await health.refresh();
    expect(of('trading')!.beats.length).toBeGreaterThanOrEqual(2);
  });

  it('keeps the newest 60 beats', async () => {
    const good = await up();
    const urls = { trading: good.url };
    const { health, of } = watch(fakeLink(urls), urls);
    for (let n = 0; n < 62; n += 1) await health.refresh();
    expect(of('trading')!.beats).toHaveLength(60);
  });

  it('never has two probes of one service under way', async () => {
    const hung = await service(() => undefined);
    onTestFinished(hung.close);
    const urls = { trading: hung.url };
    const { time } = watch(fakeLink(urls), urls);
    await until(() => hung.asked.length === 1);
    time.move(60_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(hung.asked).toHaveLength(1);
  });

  it('calls a service down that listens to nobody, and one that hangs up', async () => {
    const rude = net.createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void rude.close());
    const urls = {
      news: 'http://127.0.0.1:1',
      pattern: `http://127.0.0.1:${(rude.address() as AddressInfo).port}`,
    };
    const { health, of } = watch(fakeLink(urls), urls);
    await health.refresh();
    expect(of('news')).toMatchObject({ verdict: 'down', reason: 'nothing listens on its port' });
    expect(of('pattern')).toMatchObject({
      verdict: 'down',
      reason: 'it closed the connection without answering',
    });
  });

  it('does not call services down when none of them answers in time: that is the link', async () => {
    const hung = await service(() => undefined);
    onTestFinished(hung.close);
    const urls = { trading: hung.url, scanner: hung.url };
    const { health, of } = watch(fakeLink(urls), urls);
    await health.refresh();
    expect(of('trading')).toMatchObject({ verdict: 'unknown', beats: [{ verdict: 'unknown' }] });
    expect(of('scanner')!.reason).toContain('the link may be stalled');
  });
});

describe('a link that is away', () => {
  it('makes everything unknown with the link’s reason, and drops answers that come late', async () => {
    let answer: (() => void) | undefined;
    const slow = await service((_request, response) => {
      answer = () => json(response, { status: 'healthy' });
    });
    onTestFinished(slow.close);
    const urls = { trading: slow.url };
    const link = fakeLink(urls);
    const { models, of, time } = watch(link, urls);
    await until(() => answer);
    link.state.reason = 'Reconnecting in 3 s.';
    link.cut();
    answer!();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(of('trading')).toMatchObject({ verdict: 'unknown', reason: 'Reconnecting in 3 s.' });
    expect(of('trading')!.beats.map(({ verdict }) => verdict)).toEqual(['unknown']);
    time.move(11_000);
    expect(of('trading')!.beats).toHaveLength(2);
    time.move(3_600_000);
    const published = models.length;
    time.move(3_600_000);
    expect(models).toHaveLength(published);
  });

  it('probes again at once when the link is back', async () => {
    const good = await up();
    const urls = { trading: good.url };
    const link = fakeLink(urls);
    link.cut();
    const { of, health } = watch(link, urls);
    expect(of('trading')!.verdict).toBe('unknown');
    link.open();
    await health.refresh();
    expect(of('trading')!.verdict).toBe('up');
  });

  it('leaves no timer and no listener behind after stop', async () => {
    const good = await up();
    const urls = { trading: good.url };
    const link = fakeLink(urls);
    const { health, models, time } = watch(link, urls);
    await health.refresh();
    health.stop();
    health.stop();
    expect(time.waiting()).toBe(0);
    expect(link.listeners.size).toBe(0);
    const published = models.length;
    time.move(60_000);
    expect(models).toHaveLength(published);
  });
});

describe('what MCP reports', () => {
  const looped = { scanner: 'error: Event loop is closed', trading: 'error: Event loop is closed' };
  const health = (services: unknown, status = 'degraded') => ({
    'catalyst://system/health': () => text({ status, services, failed_services: [] }),
  });

  it('stands beside the probes, with a hint when it blames everybody', async () => {
    const good = await up();
    const urls = { scanner: good.url, trading: good.url };
    const { reader } = fakeReader(health(looped));
    const { health: probe, of, models } = watch(fakeLink(urls), urls, reader);
    await probe.refresh();
    expect(of('scanner')).toMatchObject({
      verdict: 'up',
      reported: { verdict: 'down', text: looped.scanner },
    });
    expect(models.at(-1)!.hint).toContain('2 of 2 answer when probed directly');
    expect(models.at(-1)!.reported).toMatchObject({
      verdict: 'degraded',
      failed: ['scanner', 'trading'],
      source: { kind: 'mcp-resource', ref: 'catalyst://system/health' },
    });
  });

  it('is what is shown where the link cannot reach a service, and says so', async () => {
    const wall = await service((_request, response) => {
      response.writeHead(404, { 'content-type': 'text/html' });
      response.end('<html>404</html>');
    });
    onTestFinished(wall.close);
    const urls = { scanner: wall.url, trading: wall.url, news: wall.url };
    const { reader } = fakeReader(health({ scanner: 'healthy', trading: 'error: timeout' }));
    const { health: probe, of, models } = watch(fakeLink(urls, 'https'), urls, reader);
    await probe.refresh();
    expect(of('scanner')).toMatchObject({ verdict: 'up', source: { kind: 'mcp-resource' }, probedAt: null });
    expect(of('trading')).toMatchObject({
      verdict: 'down',
      reason: 'the orchestrator reports: error: timeout',
    });
    expect(of('news')!.reason).toContain('not reachable over this link');
    expect(of('news')!.verdict).toBe('unknown');
    expect(models.at(-1)!.hint).toBeNull();
  });

  it('is not believed where it blames everybody and nothing can be probed', async () => {
    const urls = { scanner: 'http://x', trading: 'http://x' };
    const { reader } = fakeReader(health(looped));
    const { health: probe, of, models } = watch(fakeLink({}, 'https'), urls, reader);
    await probe.refresh();
    expect(of('scanner')).toMatchObject({ verdict: 'unknown', reason: 'not reachable over this link' });
    expect(of('scanner')!.reported!.verdict).toBe('down');
    expect(models.at(-1)!.hint).toContain('fault of the orchestrator itself');
  });

  it('is not said to be at fault while none of those that it blames answers in time', async () => {
    let hung = false;
    const server = await service((_request, response) => {
      if (!hung) json(response, { status: 'healthy' });
    });
    onTestFinished(server.close);
    const urls = { scanner: server.url, trading: server.url };
    const { reader } = fakeReader(health(looped));
    const { health: probe, of, models } = watch(fakeLink(urls), urls, reader);
    await probe.refresh();
    hung = true;
    await probe.refresh();
    expect(of('scanner')!.reason).toContain('the link may be stalled');
    expect(models.at(-1)!.hint).toBeNull();
  });

  it('lists services that only it knows', async () => {
    const { reader } = fakeReader(health({ brain: 'healthy' }, 'healthy'));
    const { health: probe, of } = watch(fakeLink({}), {}, reader);
    await probe.refresh();
    expect(of('brain')).toMatchObject({ verdict: 'up', source: { kind: 'mcp-resource' } });
  });

  it('is read with the tool where there is no resource, and fails alone', async () => {
    const good = await up();
    const urls = { scanner: good.url };
    const { reader } = fakeReader(
      { 'catalyst://system/health': () => garbage },
      {
        get_service_status: () => ({
          result: {
            structuredContent: { success: true, services: { scanner: { status: 'error', error: 'x' } } },
          },
        }),
      },
    );
    const { health: probe, of } = watch(fakeLink(urls), urls, reader);
    await probe.refresh();
    expect(of('scanner')).toMatchObject({ verdict: 'up', reported: { verdict: 'down', text: 'error: x' } });
  });

  it('is dropped when it has not been renewed for 45 s, as a link is not live after that', async () => {
    const good = await up();
    const urls = { scanner: good.url };
    let alive = true;
    const { reader } = fakeReader({
      'catalyst://system/health': () =>
        alive ? text({ status: 'healthy', services: { scanner: 'healthy' } }) : garbage,
    });
    const { health: probe, of, models, time } = watch(fakeLink(urls), urls, reader);
    await probe.refresh();
    expect(of('scanner')!.reported!.text).toBe('healthy');
    alive = false;
    time.move(46_000);
    await until(() => models.at(-1)!.reported === null);
    expect(of('scanner')!.reported).toBeNull();
  });
});

it('names a planned stop as such', async () => {
  const urls = { trading: 'http://127.0.0.1:1' };
  const night = manualClock(Date.parse('2026-11-17T12:00:00+08:00'));
  const { health, of, models } = watch(
    fakeLink(urls),
    urls,
    undefined,
    { downtime: CATALYST_DOWNTIME },
    night,
  );
  await health.refresh();
  expect(models.at(-1)!.plannedDowntime).toBe(true);
  expect(of('trading')).toMatchObject({ verdict: 'down', reason: 'stopped on schedule' });
});
