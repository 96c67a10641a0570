import type { Table } from './checker.ts';

/** What every domain folder stands on. The rest of core's top level puts the app together and is nobody's to import. */
const GROUND = [
  'addresses',
  'clock',
  'denial',
  'files',
  'own-text',
  'ports',
  'seams',
  'shell-folder',
  'ssh-key',
].map((name) => `electron/core/${name}.ts`);

const ORPC = ['@orpc/server', '@orpc/client', '@orpc/contract'];

/** Who may import what. A change here is a change of the architecture: say why in docs/decisions/. */
export const TABLE: Table = {
  rules: {
    contract: { code: [], packages: ['zod', '@orpc/contract'] },
    // its top level: the ground floor that all stand on, and what puts the app together
    core: {
      code: ['contract', 'core/*'],
      packages: ['node:', 'zod', ...ORPC, 'atomically', 'pino'],
    },
    // where the domain folders meet: what the router's calls reach, and what runs for each profile
    'core/desks': { code: ['contract', 'core', 'core/*'], packages: ['node:'] },
    'core/profiles': { code: ['contract', 'core', 'core/*'], packages: ['node:', 'zod'] },
    // domain folders name each other's types
    'core/*': {
      code: ['contract', 'core', 'core/http'],
      types: ['core/*'],
      packages: [
        'node:',
        'zod',
        'ssh2',
        'jsonc-parser',
        'fflate',
        '@modelcontextprotocol/sdk',
        'eventsource-parser',
      ],
      only: { core: GROUND },
    },
    // both ends of the local socket share the stub's framing and its answers; its entry is no part of that
    'core/bridge': {
      code: ['contract', 'core', 'core/http', 'core/catalogue', 'stub'],
      types: ['core/*'],
      packages: ['node:', 'zod', 'eventsource-parser', 'cockatiel'],
      only: {
        core: GROUND,
        stub: ['attach', 'envelope', 'era', 'lines', 'offline', 'wire'].map(
          (name) => `electron/stub/${name}.ts`,
        ),
      },
    },
    // both cut the same text into members
    'core/catalogue': {
      code: ['contract', 'core', 'stub'],
      types: ['core/*'],
      packages: ['node:', 'zod'],
      only: { core: GROUND, stub: ['electron/stub/envelope.ts'] },
    },
    // it looks at everything with the parts that do the work, so that there is no second way to do any of it
    'core/doctor': {
      code: ['contract', 'core', 'core/*'],
      packages: ['node:', 'zod'],
    },
    'core/endpoint': {
      code: ['contract', 'core'],
      types: ['core/*'],
      packages: ['node:', 'rate-limiter-flexible'],
      only: { core: GROUND },
    },
    'core/guard': {
      code: ['contract', 'core'],
      types: ['core/*'],
      packages: ['node:', 'rate-limiter-flexible'],
      only: { core: GROUND },
    },
    'core/health': {
      code: ['contract', 'core', 'core/http', 'core/backends'],
      types: ['core/*'],
      packages: ['node:', 'zod'],
      only: { core: GROUND },
    },
    'core/positions': {
      code: ['contract', 'core', 'core/http', 'core/backends'],
      types: ['core/*'],
      packages: ['node:', 'zod'],
      only: { core: GROUND },
    },
    'core/logs': {
      code: ['contract', 'core', 'core/http', 'core/backends'],
      types: ['core/*'],
      packages: ['node:', 'zod'],
      only: { core: GROUND },
    },
    shell: {
      code: ['core', 'core/secrets', 'contract'],
      types: ['core/*'],
      packages: ['node:', 'electron', '@orpc/server'],
    },
    web: { code: ['core', 'contract'], types: ['core/*'], packages: ['node:', 'ws', '@orpc/server'] },
    cli: { code: ['core', 'core/*', 'contract', 'entry:serve.ts'], packages: ['node:', 'zod', ...ORPC] },
    stub: { code: [], packages: ['node:'] },
    build: {
      code: [],
      packages: [
        'node:',
        'electron-builder',
        'postject',
        'rolldown',
        'vite',
        'yaml',
        '@tailwindcss/vite',
        '@vitejs/plugin-react',
      ],
    },
    renderer: {
      code: ['contract'],
      packages: [
        '@base-ui/react',
        '@orpc/client',
        '@orpc/contract',
        '@tanstack/react-table',
        '@tanstack/react-virtual',
        'lucide-react',
        'react',
        'react-dom',
        'uplot',
        'zustand',
      ],
      // the rest of the contract is zod, which the page does without
      only: {
        contract: [
          'electron/contract/present.ts',
          'electron/contract/present-clients.ts',
          'electron/contract/state.ts',
          'electron/contract/errors.ts',
          'electron/contract/stop.ts',
          'electron/contract/freshness.ts',
          'electron/contract/awaited.ts',
          'electron/contract/diff.ts',
          'electron/contract/doctor-layers.ts',
          'electron/contract/json-text.ts',
          'electron/contract/notice-steps.ts',
          'electron/contract/notices.ts',
          'electron/contract/settings.ts',
          'electron/contract/history-limits.ts',
          'electron/contract/limits-text.ts',
          'electron/contract/downtime-text.ts',
          'electron/contract/profile-change.ts',
          'electron/contract/ssh-target.ts',
          'electron/contract/csv.ts',
          'electron/contract/decimal-math.ts',
          'electron/contract/position-figures.ts',
          'electron/contract/trade-stats.ts',
          'electron/contract/time-parts.ts',
        ],
      },
    },
    'entry:main.ts': { code: ['shell', 'core', 'core/*', 'contract'], packages: ['node:', 'electron'] },
    'entry:serve.ts': { code: ['web', 'core', 'core/*', 'contract'], packages: ['node:'] },
    'entry:cli.ts': { code: ['cli', 'contract', 'core'], packages: ['node:', 'zod'] },
    'entry:updater.ts': { code: ['shell'], packages: ['electron-updater'] },
    'entry:preload.ts': {
      code: ['shell'],
      packages: ['electron'],
      only: { shell: ['electron/shell/channel.ts'] },
    },
  },
  behind: {
    ssh2: ['electron/core/link/ssh/', 'electron/core/demo/ssh-server.ts'],
    'jsonc-parser': ['electron/core/clients/'],
    fflate: ['electron/core/clients/mcpb.ts'],
    'rate-limiter-flexible': ['electron/core/endpoint/', 'electron/core/guard/rate.ts'],
    postject: ['electron/build/'],
    'electron-updater': ['electron/updater.ts'],
    'electron-builder': ['electron/build/package.mjs'],
    yaml: ['electron/build/package.mjs'],
    atomically: ['electron/core/files.ts'],
    cockatiel: ['electron/core/bridge/reads/breaker.ts'],
    pino: ['electron/core/log.ts'],
    ws: ['electron/web/rpc-sockets.ts'],
    '@modelcontextprotocol/sdk': ['electron/core/demo/'],
    // decisions are pure and Electron is handed in; only entries load it
    electron: ['electron/main.ts', 'electron/preload.ts'],
    vite: ['renderer/vite.config.ts', 'electron/build/build.mjs', 'electron/build/dev.mjs'],
  },
};
