import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { zipSync, type Zippable } from 'fflate';
import { checkStub } from './stub-install.ts';

export interface BundleOptions {
  profile: string;
  /** Of the app. */
  version: string;
  /** The built stub: a script, or a single executable. */
  stubFile: string;
  platform: NodeJS.Platform;
  /** The state folder, where it is not the default one. */
  home: string | null;
}

export interface Bundle {
  /** e.g. `catalyst-demo.mcpb`. */
  name: string;
  bytes: Uint8Array;
  sha256: string;
}

/** The earliest that a zip can name, in local time as the format has it: the same bundle has the same bytes anywhere. */
const MADE = new Date(1980, 0, 1);
const UNIX = 3;

/**
 * A Claude Desktop extension of manifest 0.3 that starts our stub for one profile: an unsigned zip
 * with the manifest and the stub, the same bytes for the same input. With the script, Claude runs it on its own Node
 * and it fits every platform; with the single executable it fits this one. Throws NOT_AVAILABLE_YET.
 */
export async function makeBundle(options: BundleOptions): Promise<Bundle> {
  await checkStub(options.stubFile);
  const script = /\.[cm]?js$/.test(options.stubFile);
  const exe = options.stubFile.endsWith('.exe') ? '.exe' : '';
  const entry = script ? 'server/catalyst-bridge.mjs' : `server/catalyst-bridge${exe}`;
  const manifest = `${JSON.stringify(manifestOf(options, script, entry), null, 2)}\n`;
  const stub = await fs.readFile(options.stubFile);
  const files: Zippable = {
    'manifest.json': [Buffer.from(manifest), attributes(0o644)],
    [entry]: [stub, attributes(script ? 0o644 : 0o755)],
  };
  const bytes = zipSync(files, { level: 9 });
  return {
    name: `catalyst-${options.profile}.mcpb`,
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

const attributes = (mode: number) => ({ mtime: MADE, os: UNIX, attrs: (0o100000 | mode) << 16 });

function manifestOf({ profile, version, home, platform }: BundleOptions, script: boolean, entry: string) {
  const place = `\${__dirname}/${entry}`;
  return {
    manifest_version: '0.3',
    name: `catalyst-${profile}`,
    display_name: `Catalyst Companion: ${profile}`,
    version,
    description: `The trading system ${profile}, through Catalyst Companion on this computer.`,
    long_description: `Claude talks to the running Catalyst Companion, which holds the connection to ${profile}, asks you before anything starts to trade, and keeps the record. Nothing secret is in this extension. While the app is away, Claude is told so.`,
    author: { name: 'Catalyst Companion contributors' },
    license: 'MIT',
    server: {
      type: script ? 'node' : 'binary',
      entry_point: entry,
      mcp_config: {
        command: script ? 'node' : place,
        args: script ? [place, profile] : [profile],
        ...(home === null ? {} : { env: { CATALYST_COMPANION_HOME: home } }),
      },
    },
    tools_generated: true,
    prompts_generated: true,
    compatibility: {
      platforms: script ? ['darwin', 'win32', 'linux'] : [platform],
      ...(script ? { runtimes: { node: '>=20.0.0' } } : {}),
    },
  };
}
