import { describe, expect, it } from 'vitest';
import { Conformance2025 } from '../fixtures/mcp/conformance-2025.ts';
import { Conformance2026 } from '../fixtures/mcp/conformance-2026.ts';
import { appFor } from '../fixtures/mcp/conformance-app.ts';
import { Front } from '../fixtures/mcp/conformance-front.ts';
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

describe.each<[string, () => Fixture]>([
  ['2025-11-25', () => new Conformance2025()],
  ['2026-07-28', () => new Conformance2026()],
])('the conformance suite of %s', (revision, make) => {
  it('finds nothing through stub and bridge that it does not find when it reaches the server directly', async () => {
    const counts = await scored(revision, 'server');
    const straight = await direct(make(), revision);
    expect(lines(straight, counts, 'FAILURE')).toEqual([]);
    expect(straight.scenarios).toEqual(expect.arrayContaining([...counts]));

    const carried = await through(make(), revision);
    console.log(
      `conformance ${revision}: ${straight.passed} checks passed directly, ${carried.passed} through the bridge`,
    );
    expect(carried.scenarios).toEqual(straight.scenarios);
    expect(lines(carried, counts, 'FAILURE')).toEqual([]);
    // what is only advised must not get worse either
    const known = new Set(lines(straight, counts, 'WARNING').map(checkOf));
    expect(lines(carried, counts, 'WARNING').filter((line) => !known.has(checkOf(line)))).toEqual([]);
  });
});
