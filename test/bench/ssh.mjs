// Our SSH link beside OpenSSH's `ssh -N -L` with the same cipher, through a real sshd, in interleaved rounds.
import fs from 'node:fs';
import path from 'node:path';
import { sshdAvailable, sshdMissing, startSshd } from '../helpers/sshd.ts';
import { end, helper, here, measure, median } from './processes.mjs';

const WAYS = ['openssh', 'ours'];
const KEYS = ['request', 'sse', 'rate', 'bulk'];

/** Medians by way, or why there are none. */
export async function sshRounds(rounds) {
  if (!sshdAvailable) return { skipped: sshdMissing };
  const echo = await helper([path.join(here, 'echo.mjs')]);
  const sshd = await startSshd();
  try {
    const knownHosts = path.join(sshd.dir, 'known_hosts');
    fs.writeFileSync(knownHosts, sshd.knownHostsLine());
    const { port, user, key, dir } = sshd;
    const spec = { ssh: { port, user, key, dir, knownHosts }, echo: Number(echo.line) };
    const data = { openssh: [], ours: [] };
    for (let i = 0; i < rounds; i++)
      for (const way of i % 2 ? WAYS : WAYS.toReversed())
        data[way].push(await measure('tunnel.mjs', { ...spec, way, calls: 800, flood: 4000, mb: 32 }));
    const medians = (way) =>
      Object.fromEntries(KEYS.map((key) => [key, median(data[way].map((found) => found[key]))]));
    return { openssh: medians('openssh'), ours: medians('ours'), data };
  } finally {
    await sshd.stop();
    await end(echo);
  }
}

export function sshRows({ openssh, ours }) {
  const row = (key, what, limit, isUpper) => {
    const ratio = ours[key] / openssh[key];
    return {
      what: `SSH: ${what}`,
      measured: `${ratio.toFixed(ratio < 0.1 ? 3 : 2)} x ssh -N -L`,
      budget: `${isUpper ? '<=' : '>='} ${limit}`,
      ok: isUpper ? ratio <= limit : ratio >= limit,
      note: `${ours[key].toFixed(isUpper ? 2 : 0)} beside ${openssh[key].toFixed(isUpper ? 2 : 0)}`,
    };
  };
  return [
    row('request', 'request p50, ms', 1.2, true),
    row('sse', 'SSE answer p50, ms', 0.05, true),
    row('rate', 'requests/s', 1, false),
    row('bulk', 'bulk, MB/s', 0.8, false),
  ];
}
