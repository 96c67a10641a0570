import path from 'node:path';
import type { Inspection } from '../clients/inspect.ts';
import type { DoctorPorts } from './ports.ts';
import { remedy } from './remedy.ts';
import { failed, ok } from './rounds.ts';
import type { Rounds } from './rounds.ts';

const KEY = 'isLocalDevMcpEnabled';
const BUNDLE = 'com.anthropic.claudefordesktop';
const POLICY_MS = 8_000;

/** Whether the output of `reg query` or `defaults read` says that local servers are off. */
export function saysOff(output: string): boolean {
  const registry = new RegExp(`\\b${KEY}\\s+REG_\\w+\\s+(\\S+)`, 'i').exec(output)?.[1];
  return /^(?:0x0|0|false|no)$/i.test(registry ?? output.trim());
}

interface Source {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

function sources({ platform, env }: DoctorPorts): Source[] {
  if (platform === 'win32') {
    const reg = path.win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'reg.exe');
    return ['HKLM', 'HKCU'].map((hive) => {
      const place = `${hive}\\SOFTWARE\\Policies\\Claude`;
      return { name: place, file: reg, args: ['query', place, '/v', KEY] };
    });
  }
  if (platform !== 'darwin') return [];
  return [BUNDLE, `/Library/Managed Preferences/${BUNDLE}`].map((domain) => ({
    name: domain,
    file: '/usr/bin/defaults',
    args: ['read', domain, KEY],
  }));
}

/** Policies by which an organisation turns local servers off, while the entry goes on being shown. */
export async function checkPolicy(rounds: Rounds, ports: DoctorPorts, inspection: Inspection): Promise<void> {
  await rounds.run('policy.local-servers', null, POLICY_MS, async () => {
    const places = sources(ports);
    const said = await Promise.all(places.map(({ file, args }) => ports.run(file, args)));
    const off = places.find((_place, index) => saysOff(said[index] ?? ''))?.name;
    const file = inspection.files.find(({ localServersOff }) => localServersOff)?.path;
    const where = off ?? file;
    if (where === undefined) return ok('Nothing forbids local servers.');
    return failed(
      `${KEY} is off in ${where}, so Claude starts no local server although the entry is shown.`,
      remedy(
        off === undefined
          ? `Take ${KEY} out of that file`
          : `Ask who manages this computer to set ${KEY} to true; it cannot be done from here`,
      ),
    );
  });
}
