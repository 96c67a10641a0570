import { defineConfig } from 'vitest/config';

const project = (name: string, timeout: number, isolate = true) => ({
  test: {
    name,
    isolate,
    root: import.meta.dirname,
    include: [`${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    // Vitest's own second is less than a busy machine may need for one look at a page; a wait ends when it is met
    expect: { poll: { timeout: 60_000, interval: 50 } },
    environment: 'node' as const,
  },
});

/**
 * Folder is the manifest: `unit` and `boundary` run in `npm run check`, all of them in `npm test`. The limits are for
 * hangs, several times what a busy machine needs.
 */
export default defineConfig({
  test: {
    projects: [
      // pure code: files may share a worker, which halves their time
      project('unit', 120_000, false),
      project('boundary', 120_000),
      project('integration', 240_000),
      project('conformance', 300_000),
      project('e2e', 300_000),
      project('visual', 300_000),
    ],
  },
});
