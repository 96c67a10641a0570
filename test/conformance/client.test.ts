import { describe, expect, it } from 'vitest';
import { lines, testClient } from './suite.ts';

/** By revision: the client scenarios that say something about our side towards servers. Sign-in is an issue of its own. */
const SCENARIOS = {
  '2025-11-25': [
    'initialize',
    'tools_call',
    'elicitation-sep1034-client-defaults',
    'sse-retry',
    'json-schema-2020-12-preservation',
  ],
  '2026-07-28': [
    'tools_call',
    'request-metadata',
    'http-standard-headers',
    'http-custom-headers',
    'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
    'json-schema-2020-12-preservation',
    'sep-2322-client-request-state',
  ],
} as const;

describe.each(Object.entries(SCENARIOS))(
  'towards a server of %s the product is a conforming client',
  (revision, names) => {
    describe.each(['2025', '2026'] as const)('for a local client of %s', (era) => {
      it.each(names)('%s', async (scenario) => {
        const report = await testClient(scenario, revision, era);
        expect(report.passed).toBeGreaterThan(0);
        expect(lines(report, new Set(report.scenarios), 'FAILURE')).toEqual([]);
      });
    });
  },
);
