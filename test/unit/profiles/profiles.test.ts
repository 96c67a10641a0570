import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Profile } from '../../../electron/contract/profile.ts';
import { NewProfile } from '../../../electron/contract/profile-parts.ts';
import { completed, notKept, Profiles } from '../../../electron/core/profiles/profiles.ts';

let dir: string;
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-profiles-'));
});
afterEach(() => fs.rm(dir, { recursive: true, force: true }));

const ssh = { kind: 'ssh', host: 'droplet.example', user: 'root', auth: [{ kind: 'agent' }] };
const https = { kind: 'https', url: 'https://droplet.example/mcp' };
const pin = 'ab'.repeat(32);
const base = {
  name: 'real',
  preset: 'generic',
  environment: 'live',
  links: [ssh],
  mcpUrl: 'http://127.0.0.1:5000/mcp',
};

describe('adding a profile', () => {
  it.each<[string, object]>([
    ['a password in the link', { links: [{ ...https, url: 'https://me:s3cret@droplet.example/mcp' }] }],
    ['a password in a direct link', { links: [{ kind: 'direct', url: 'http://me:s3cret@10.0.0.1/mcp' }] }],
    ['a password in the MCP URL', { mcpUrl: 'http://me:s3cret@127.0.0.1:5000/mcp' }],
    ['a password in a service', { services: [{ name: 'news', url: 'http://me:s3cret@127.0.0.1:5008' }] }],
    ['a host that is another one', { links: [{ ...https, url: 'https://0x7f.1/mcp' }] }],
    ['two lines for a host', { links: [{ ...ssh, host: 'droplet\n* ssh-ed25519 s3cret' }] }],
    ['Host for the API key', { links: [{ ...https, apiKeyHeader: 'Host' }] }],
    ['a pin of colons', { links: [{ ...https, pinSha256: ':'.repeat(64) }] }],
    ['a pin too long', { links: [{ ...https, pinSha256: `${pin}ab` }] }],
  ])('refuses %s, repeats none of it and keeps nothing', async (_what, change) => {
    const file = path.join(dir, 'profiles.json');
    const profiles = new Profiles(file);
    const error: unknown = await profiles.add({ ...base, ...change }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'PROFILE_INVALID' });
    expect((error as Error).message).not.toContain('s3cret');
    await expect(fs.stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes what people have', async () => {
    const profiles = new Profiles(path.join(dir, 'profiles.json'));
    const colons = pin.toUpperCase().replace(/(..)(?!$)/g, '$1:');
    const links = [
      ssh,
      { ...ssh, host: '2001:db8::1' },
      { ...https, apiKeyHeader: 'X-API-Key', pinSha256: pin },
      { ...https, url: 'https://Droplet.example:8443', apiKeyHeader: 'Authorization', pinSha256: colons },
      { kind: 'direct', url: 'http://[::1]:5000/mcp' },
    ];
    expect((await profiles.add({ ...base, links })).links).toHaveLength(5);
  });

  it('gives it the services of its preset where none are said, and none where none are wanted', () => {
    const mcpUrl = 'http://127.0.0.1:6000/mcp';
    const {
      services: _said,
      wanted: _wanted,
      ...stored
    } = {
      ...Profile.parse({ ...base, mcpUrl }),
      preset: 'catalyst' as const,
    };
    const unsaid = NewProfile.parse(stored);
    const names = completed(unsaid, '/home/me').services.map(({ name, url }) => [name, url]);
    expect(names).toContainEqual(['orchestration', 'http://127.0.0.1:6000']);
    expect(names.length).toBeGreaterThan(5);
    expect(completed({ ...unsaid, services: [] }, '/home/me').services).toEqual([]);
  });
});

it.each([
  [true, /^real is being connected, but .* does not connect it by itself \(profiles\.json: \w+\)\.$/],
  [false, /^real is disconnected, but .* connects it again by itself \(profiles\.json: \w+\)\.$/],
])('what could not be kept of a wish (wanted: %s) is said as it is', async (wanted, words) => {
  const profiles = new Profiles(path.join(dir, 'profiles.json'));
  await profiles.add({ ...base, wanted: !wanted, services: [] });
  await fs.rm(path.join(dir, 'profiles.json'));
  // a folder of the file's name: nothing can be put in its place
  await fs.mkdir(path.join(dir, 'profiles.json', 'x'), { recursive: true });
  await expect(profiles.setWanted('real', wanted).catch(notKept('real', wanted))).rejects.toMatchObject({
    code: 'STATE_WRITE_FAILED',
    message: expect.stringMatching(words),
  });
  expect(profiles.get('real').wanted).toBe(!wanted);
});
