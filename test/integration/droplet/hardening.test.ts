import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeDropletKey } from '../../../electron/core/droplet/key-maker.ts';
import { exchange } from '../../../electron/core/http/request.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeRig, sshTo, startDroplet } from '../link/harness.ts';
import type { Droplet } from '../link/harness.ts';

const DOC = fs.readFileSync(path.join(import.meta.dirname, '../../../docs/droplet.md'), 'utf8');
/** The sshd settings as the document has them. */
const BLOCK = /```sshd\n([^`]+)```/.exec(DOC)?.[1] ?? '';
const [GLOBAL = '', OWN = ''] = BLOCK.split('Match User companion\n');
const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

describe.skipIf(!sshdAvailable)(
  `the sshd of docs/droplet.md (${sshdAvailable ? 'real sshd' : sshdMissing})`,
  () => {
    let sshd: Sshd;
    let droplet: Droplet;
    let other: Droplet;
    let folder: string;
    let file: string;
    const ends: (() => unknown)[] = [];

    beforeAll(async () => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-hardening-'));
      [droplet, other] = [await startDroplet(), await startDroplet()];
      fs.writeFileSync(path.join(folder, 'drop-in.conf'), '');
      // as Debian's sshd_config begins
      sshd = await startSshd({ config: [`Include ${folder}/*.conf`] });
      const key = await makeDropletKey(folder, 'catalyst', [`127.0.0.1:${droplet.port}`]);
      fs.appendFileSync(path.join(sshd.dir, 'authorized_keys'), `${key.line}\n`);
      file = key.file;
    });
    afterEach(() => {
      for (const end of ends.splice(0)) end();
    });
    afterAll(async () => {
      await sshd?.stop();
      await droplet?.stop();
      await other?.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    });

    const withSettings = async (text: string) => {
      const here = text
        .replaceAll('Match User companion', `Match User ${sshd.user}`)
        .replace('127.0.0.1:5000', `127.0.0.1:${droplet.port}`);
      fs.writeFileSync(path.join(folder, 'drop-in.conf'), here);
      await sshd.restart();
      const rig = makeRig({
        links: [sshTo(sshd, { auth: [{ kind: 'key', file }] })],
        mcpUrl: droplet.mcpUrl,
        services: [{ name: 'other', url: `http://127.0.0.1:${other.port}` }],
      });
      fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine());
      ends.push(rig.dispose);
      rig.link.connect();
      await rig.until('live');
      return rig;
    };

    it.each([
      ...lines(GLOBAL).map((line) => [line, line]),
      ...lines(OWN).map((line) => [line.trim(), `Match User companion\n${line}\n`]),
    ])('lets the link be live with: %s', async (_name, text) => {
      const rig = await withSettings(text);
      const ran = await rig.link.transport!.exec!('exit 7');
      ran.stdout.resume();
      expect(await ran.exited).toBe(7);
    });

    it('lets the link be live with all of them, refuses what is not listed, and names what it is for', async () => {
      expect(lines(GLOBAL).length).toBeGreaterThan(8);
      expect(lines(OWN).length).toBeGreaterThan(7);
      const rig = await withSettings(BLOCK);
      const ran = await rig.link.transport!.exec!('echo logs');
      let out = '';
      ran.stdout.on('data', (part: Buffer) => (out += part.toString()));
      await ran.exited;
      expect(out).toBe('logs\n');
      const route = rig.link.transport!.route({ to: 'service', name: 'other', path: '/health' })!;
      await expect(exchange(route, { timeoutMs: 5_000 })).rejects.toThrow();
      expect(other.requests).toEqual([]);
    });

    it('gives such a key no terminal, no listening port and no password prompt', async () => {
      await withSettings(BLOCK);
      const run = (...args: string[]) => {
        const known = path.join(folder, 'known');
        fs.writeFileSync(known, sshd.knownHostsLine());
        const options = [
          'BatchMode=yes',
          'IdentitiesOnly=yes',
          'ExitOnForwardFailure=yes',
          `UserKnownHostsFile=${known}`,
        ];
        const common = [
          '-F',
          'none',
          '-p',
          String(sshd.port),
          '-i',
          file,
          ...options.flatMap((each) => ['-o', each]),
        ];
        try {
          return execFileSync('ssh', [...common, ...args], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'pipe'],
          });
        } catch (error) {
          return `failed: ${(error as { stderr: string }).stderr}`;
        }
      };
      const to = `${sshd.user}@127.0.0.1`;
      expect(run('-tt', to, 'tty')).toMatch(/PTY allocation request failed/);
      expect(run('-R', '127.0.0.1:0:127.0.0.1:1', to, 'true')).toMatch(/remote port forwarding failed/);
      const none = [
        '-o',
        'PubkeyAuthentication=no',
        '-o',
        'PreferredAuthentications=password,keyboard-interactive',
      ];
      expect(run(...none, to, 'true')).toMatch(/Permission denied \(publickey\)/);
    });
  },
);
