// Other bridges, where they are installed: in node_modules, or in the folder that COMPANION_BENCH_PEERS names.
import fs from 'node:fs';
import path from 'node:path';
import { here, node, root } from './processes.mjs';

const PEERS = {
  'mcp-remote': (at, url) => [
    at('dist/proxy.js'),
    url,
    '--allow-http',
    '--silent',
    '--transport',
    'http-only',
  ],
  supergateway: (at, url) => [at('dist/index.js'), '--streamableHttp', url, '--logLevel', 'none'],
  'mcp-proxy': (at, url) => [path.join(here, 'peer-mcp-proxy.mjs'), at('dist/index.mjs'), url],
};

/** Targets for measure.mjs by name and version, and the names of those that are not installed. */
export function findPeers(url, work) {
  const given = process.env.COMPANION_BENCH_PEERS;
  const folders = [
    ...(given ? [given, path.join(given, 'node_modules')] : []),
    path.join(root, 'node_modules'),
  ];
  const targets = {};
  const missing = [];
  for (const [name, command] of Object.entries(PEERS)) {
    const folder = folders.find((each) => fs.existsSync(path.join(each, name, 'package.json')));
    if (folder === undefined) {
      missing.push(name);
      continue;
    }
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, name, 'package.json'), 'utf8'));
    targets[`${name} ${version}`] = {
      kind: 'stdio',
      command: [node, ...command((file) => path.join(folder, name, file), url)],
      env: { MCP_REMOTE_CONFIG_DIR: path.join(work, 'mcp-remote') },
    };
  }
  return { targets, missing };
}
