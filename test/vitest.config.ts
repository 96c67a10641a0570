import { defineConfig } from 'vitest/config';

const project = (name: string, timeout: number) => ({
  test: {
    name,
    root: import.meta.dirname,
    include: [`${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    environment: 'node' as const,
  },
});

/** Folder is the manifest: `unit` and `boundary` run in `npm run check`, all of them in `npm test`. */
export default defineConfig({
  test: {
    projects: [
      project('unit', 60_000),
      project('boundary', 60_000),
      project('integration', 120_000),
      project('conformance', 180_000),
      project('e2e', 180_000),
      project('visual', 180_000),
    ],
  },
});
