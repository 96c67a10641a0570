import path from 'node:path';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vite';

/**
 * Core validates what crosses the wire; the page needs the contract's types and its pure functions. Its schemas
 * would bring all of zod (37 KB gzip) along, so they are built from nothing here. A schema used on the page by
 * mistake throws at once: nothing in it is a function that returns data.
 */
function withoutSchemas(): Plugin {
  return {
    name: 'without-schemas',
    enforce: 'pre',
    resolveId: (id) => (id === 'zod' ? '\0without-schemas' : null),
    load: (id) =>
      id === '\0without-schemas'
        ? 'export const z = new Proxy(() => {}, { get: (_, key) => (typeof key === "symbol" || /parse/i.test(key) ? undefined : z), apply: () => z });'
        : null,
  };
}

/** The policy in the page itself, beside the header: that of `serve`, without what a page cannot say of itself. */
function policy(): Plugin {
  const content =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types default";
  return {
    name: 'policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', injectTo: 'head-prepend', attrs: { 'http-equiv': 'Content-Security-Policy', content } },
    ],
  };
}

/** Builds the page into dist/page: plain files, no inline script or style, each page of the app its own chunk. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: 'public',
  plugins: [withoutSchemas(), policy(), react(), tailwind()],
  build: {
    outDir: path.join(import.meta.dirname, '../dist/page'),
    emptyOutDir: true,
    target: ['chrome125', 'firefox128', 'safari17.5'],
    // Small assets stay files: the server's Content-Security-Policy admits data: for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
