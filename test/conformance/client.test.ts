import { describe, expect, it } from 'vitest';
import { lines, testClient } from './suite.ts';

const BOTH = ['tools_call', 'json-schema-2020-12-preservation'];

/**
 * The client scenarios that say something about our side towards servers, by the revision that the server is tested
 * for and the era of the local client. Sign-in (auth/*) is not there yet. The suite's servers for the headers of
 * 2026-07-28 also answer `initialize`, and what is carried for a client of 2025 goes in its own era to such a server.
 */
const SCENARIOS = [
  ['2025-11-25', '2025', [...BOTH, 'initialize', 'elicitation-sep1034-client-defaults', 'sse-retry']],
  ['2025-11-25', '2026', [...BOTH, 'elicitation-sep1034-client-defaults', 'sse-retry']],
  ['2026-07-28', '2025', [...BOTH, 'json-schema-ref-no-deref', 'sep-2322-client-request-state']],
  [
    '2026-07-28',
    '2026',
    [
      ...BOTH,
      'json-schema-ref-no-deref',
      'sep-2322-client-request-state',
      'request-metadata',
      'http-standard-headers',
      'http-custom-headers',
      'http-invalid-tool-headers',
    ],
  ],
] as const;

describe.each(SCENARIOS)('towards a server of %s, for a local client of %s', (revision, era, names) => {
  it.each(names)('the product is a conforming client: %s', async (scenario) => {
    const report = await testClient(scenario, revision, era);
    expect(lines(report, new Set(report.scenarios), 'FAILURE')).toEqual([]);
    expect(report.passed).toBeGreaterThan(0);
  });
});
