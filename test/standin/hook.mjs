// Loaded before main.js: `electron` is the double. Node runs its TypeScript itself.
import { registerHooks } from 'node:module';

const url = new URL('electron-module.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url, shortCircuit: true, format: 'module-typescript' }
      : next(specifier, context),
});
