// Stub and app beside a bare Node program, a direct HTTP call and other bridges, in interleaved rounds; and what
// memory they have after many calls.
import fs from 'node:fs';
import path from 'node:path';
import { ask, bundle, end, helper, here, measure, median, node, root, run } from './processes.mjs';

const KEYS = ['start', 'p50', 'p99', 'rate', 'bulk', 'rss', 'rssAfter'];

/** Bundles stub and app and starts what is measured; everything ends with `stop`. */
export async function startBridge(work) {
  const made = path.join(root, 'node_modules/.cache/bench');
  fs.mkdirSync(made, { recursive: true });
  const stub = path.join(made, 'stub.mjs');
  const app = path.join(made, 'app.mjs');
  await bundle(path.join(root, 'electron/stub/stub.ts'), stub);
  await bundle(path.join(here, 'app.mjs'), app);
  const single = path.join(made, process.platform === 'win32' ? 'catalyst-bridge.exe' : 'catalyst-bridge');
  await run([path.join(root, 'electron/build/stub-exe.mjs'), '--out', single]);
  const home = path.join(work, 'home');
  const upstream = await helper([path.join(here, 'upstream.mjs')]);
  const running = await helper(['--expose-gc', app, home, upstream.line]);
  return {
    url: upstream.line,
    stubBytes: fs.statSync(stub).size,
    app: running,
    targets: {
      floor: { kind: 'stdio', command: [node, path.join(here, 'floor.mjs')] },
      raw: { kind: 'http', url: upstream.line },
      ours: { kind: 'stdio', command: [node, stub, 'demo'], env: { CATALYST_COMPANION_HOME: home } },
      executable: { kind: 'stdio', command: [single, 'demo'], env: { CATALYST_COMPANION_HOME: home } },
    },
    stop: () => Promise.all([end(running), end(upstream)]),
  };
}

/** Medians of each target; a peer that fails is left out with its reason. */
export async function bridgeRounds(targets, rounds, { starts, ...sizes }) {
  const data = {};
  const failed = {};
  const names = Object.keys(targets);
  const attempt = async (name, change, keep) => {
    if (failed[name] !== undefined) return;
    try {
      const found = await measure('measure.mjs', { ...sizes, ...targets[name], ...change });
      if (keep) (data[name] ??= []).push(found);
    } catch (error) {
      if (['floor', 'raw', 'ours', 'executable'].includes(name)) throw error;
      failed[name] = error.message;
    }
  };
  for (const name of names) await attempt(name, { calls: 200 }, false);
  for (let i = 0; i < rounds; i++) {
    const order = names.map((_name, j) => names[(i + j) % names.length]);
    for (const name of order) if (targets[name].kind === 'stdio') await attempt(name, { starts }, true);
    for (const name of order) await attempt(name, {}, true);
  }
  const medians = Object.fromEntries(
    Object.entries(data).map(([name, found]) => [
      name,
      Object.fromEntries(KEYS.map((key) => [key, median(found.flatMap((each) => each[key] ?? []))])),
    ]),
  );
  return { medians, failed, data };
}

export function bridgeRows({ floor, raw, ours, executable, ...peers }, stubBytes) {
  const times = (value) => value.toFixed(2);
  const rows = [
    {
      what: 'stub: start to initialize',
      measured: `${times(ours.start / floor.start)} x floor`,
      budget: '<= 1.3',
      ok: ours.start <= 1.3 * floor.start,
    },
    {
      what: 'one call, p50',
      measured: `raw + ${times(ours.p50 - raw.p50)} ms`,
      budget: '<= raw + 0.35',
      ok: ours.p50 <= raw.p50 + 0.35,
    },
    {
      what: 'one call, p99',
      measured: `${times(ours.p99 / raw.p99)} x raw`,
      budget: '<= 2',
      ok: ours.p99 <= 2 * raw.p99,
    },
    {
      what: '32 in flight, calls/s',
      measured: `${times(ours.rate / raw.rate)} x raw`,
      budget: '>= 0.6',
      ok: ours.rate >= 0.6 * raw.rate,
    },
    {
      what: '8 MB result, MB/s',
      measured: `${times(ours.bulk / raw.bulk)} x raw`,
      budget: '>= 0.7',
      ok: ours.bulk >= 0.7 * raw.bulk,
    },
    {
      what: 'stub memory',
      measured: `${times(ours.rss / floor.rss)} x floor`,
      budget: '<= 1.15',
      ok: ours.rss <= 1.15 * floor.rss,
    },
    {
      what: 'executable: start',
      measured: `${times(executable.start / floor.start)} x floor`,
      budget: '<= 1.3',
      ok: executable.start <= 1.3 * floor.start,
    },
    {
      what: 'executable: memory',
      measured: `${times(executable.rss / floor.rss)} x floor`,
      budget: '<= 1.6',
      ok: executable.rss <= 1.6 * floor.rss,
    },
    {
      what: 'stub size',
      measured: `${(stubBytes / 1000).toFixed(1)} KB`,
      budget: '< 20',
      ok: stubBytes < 20_000,
    },
  ];
  return [...rows, ...peerRows(ours, Object.values(peers))];
}

function peerRows(ours, peers) {
  if (peers.length === 0) return [];
  const start = ours.start / Math.min(...peers.map((peer) => peer.start));
  const more = (key, what) => {
    const ratio = ours[key] / Math.max(...peers.map((peer) => peer[key]));
    return { what, measured: `${ratio.toFixed(2)} x best peer`, budget: '>= 1.4', ok: ratio >= 1.4 };
  };
  return [
    {
      what: 'stub: start',
      measured: `${start.toFixed(2)} x best peer`,
      budget: '<= 0.33',
      ok: start <= 1 / 3,
    },
    more('rate', '32 in flight'),
    more('bulk', '8 MB result'),
  ];
}

/** Whether stub and app grow with the calls that they carry, small and large. */
export async function memoryRows({ app, targets }, calls) {
  const live = async () => {
    const memory = await ask(app);
    return { kept: (memory.heapUsed + memory.external) / 1e6, rss: memory.rss / 1e6 };
  };
  const work = async (soak) => {
    const { rss } = await measure('measure.mjs', { ...targets.ours, soak });
    for (let i = 0; i < 4; i++) await measure('measure.mjs', { ...targets.ours, bulk: 20 });
    return rss;
  };
  await work(2000);
  const before = await live();
  const rss = await work(calls);
  const after = await live();
  const early = Math.max(...rss.slice(0, 4));
  const late = Math.max(...rss.slice(5));
  const mb = (value) => value.toFixed(1);
  return [
    {
      what: `stub over ${calls} calls`,
      measured: `${mb(early)} -> ${mb(late)} MB`,
      budget: 'flat (+ 5 %)',
      ok: late <= 1.05 * early,
    },
    {
      what: 'app: those and 80 of 8 MB',
      measured: `${mb(before.kept)} -> ${mb(after.kept)} MB live`,
      budget: 'flat (+ 1 MB)',
      ok: after.kept <= before.kept + 1,
      note: `process ${before.rss.toFixed(0)} -> ${after.rss.toFixed(0)} MB`,
    },
  ];
}
