import { describe, expect, it } from 'vitest';
import { Conformance2025 } from '../fixtures/mcp/conformance-2025.ts';
import { Conformance2026 } from '../fixtures/mcp/conformance-2026.ts';
import { appFor } from '../fixtures/mcp/conformance-app.ts';
import { Front } from '../fixtures/mcp/conformance-front.ts';
import { SseServer } from '../fixtures/mcp/conformance-sse.ts';
import { ACROSS_ERAS } from './differences.ts';
import type { Report } from './suite.ts';
import { checkOf, lines, scored, testServer } from './suite.ts';

interface Fixture {
  listen(): Promise<string>;
  close(): Promise<void>;
}

async function direct(fixture: Fixture, revision: string): Promise<Report> {
  const url = await fixture.listen();
  try {
    return await testServer(url, revision);
  } finally {
    await fixture.close();
  }
}

/** The same server, reached through the HTTP front, real stubs, the app's bridge and guard, and a direct link. */
async function through(fixture: Fixture, revision: string): Promise<Report> {
  const whole = await appFor(await fixture.listen());
  const front = new Front(whole.dir, revision);
  try {
    return await testServer(await front.listen(), revision);
  } finally {
    await front.close();
    await whole.stop();
    await fixture.close();
  }
}

const say = (revision: string, where: string, { passed, findings }: Report) =>
  console.log(`conformance ${revision}, ${where}: ${passed} checks passed, ${findings.length} findings`);

describe.each<[string, () => Fixture]>([
  ['2025-11-25', () => new Conformance2025()],
  ['2026-07-28', () => new Conformance2026()],
])('the conformance suite of %s', (revision, make) => {
  it('finds nothing through stub and bridge that it does not find when it reaches the server directly', async () => {
    const counts = await scored(revision, 'server');
    const straight = await direct(make(), revision);
    say(revision, 'direct', straight);
    expect(lines(straight, counts, 'FAILURE')).toEqual([]);
    expect(straight.scenarios).toEqual(expect.arrayContaining([...counts]));

    const carried = await through(make(), revision);
    say(revision, 'through the bridge', carried);
    expect(carried.scenarios).toEqual(straight.scenarios);
    expect(lines(carried, counts, 'FAILURE')).toEqual([]);
    // what is only advised must not get worse either
    const known = new Set(lines(straight, counts, 'WARNING').map(checkOf));
    expect(lines(carried, counts, 'WARNING').filter((line) => !known.has(checkOf(line)))).toEqual([]);
  });
});

describe.each<[string, string, () => Fixture]>([
  ['2025-11-25', 'a server that speaks 2026-07-28 only', () => new Conformance2026()],
  ['2025-11-25', 'a server of 2024-11-05 (HTTP+SSE)', () => new SseServer()],
  ['2026-07-28', 'a server that speaks 2025-11-25 only', () => new Conformance2025()],
  ['2026-07-28', 'a server of 2024-11-05 (HTTP+SSE)', () => new SseServer()],
])('the conformance suite of %s in front of %s', (revision, name, make) => {
  it('finds only what the other era cannot say', async () => {
    const counts = await scored(revision, 'server');
    const carried = await through(make(), revision);
    say(revision, name, carried);
    const excused = ACROSS_ERAS[revision]?.[name] ?? {};
    const found = lines(carried, counts, 'FAILURE').map(checkOf);
    expect(lines(carried, counts, 'FAILURE').filter((line) => !(checkOf(line) in excused))).toEqual([]);
    // an excuse that is no longer needed has to go
    expect(Object.keys(excused).filter((check) => !found.includes(check))).toEqual([]);
  });
});
