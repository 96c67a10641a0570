import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downtimeText, parseDowntime } from '../../electron/contract/downtime-text.ts';
import {
  confirmReasons,
  partsOf,
  profileChanges,
  reconnects,
  servicesAt,
} from '../../electron/contract/profile-change.ts';
import type { ProfileParts } from '../../electron/contract/profile-parts.ts';
import { changeText, checkChange } from '../../electron/core/profiles/profile-changes.ts';
import { Profiles } from '../../electron/core/profiles/profiles.ts';

let dir: string;
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-change-'));
});
afterEach(() => fs.rm(dir, { recursive: true, force: true }));

const ssh = {
  kind: 'ssh' as const,
  host: 'droplet.example',
  port: 22,
  user: 'root',
  auth: [{ kind: 'agent' as const }],
  jump: [],
};
const https = { kind: 'https' as const, url: 'https://a.example/mcp', apiKeyHeader: 'X-API-Key' };
const parts: ProfileParts = {
  environment: 'paper',
  links: [ssh, https],
  mcpUrl: 'http://127.0.0.1:5000/mcp',
  services: [{ name: 'orchestration', url: 'http://127.0.0.1:5000' }],
  dir: '~/catalyst',
};
const input = { name: 'real', preset: 'catalyst', ...parts, limits: { startsPerHour: 2 }, wanted: true };

async function stored() {
  const profiles = new Profiles(path.join(dir, 'profiles.json'));
  return { profiles, profile: await profiles.add(input) };
}

describe('what a change of a profile is', () => {
  it('names the parts that differ, in whatever order they were written, without what a query holds', () => {
    const { environment, links, ...rest } = parts;
    expect(profileChanges(parts, { ...rest, links, environment })).toEqual([]);
    const mcpUrl = 'http://127.0.0.1:5000/mcp?token=s3cret';
    const changes = profileChanges(parts, { ...parts, mcpUrl, links: [https, ssh] });
    expect(changes.map(({ part }) => part)).toEqual(['links', 'MCP address']);
    expect(changeText(changes)).not.toContain('s3cret');
    expect(changes[0]?.becomes).toMatch(/^https:.+ → ssh /);
  });

  it('leaves the connection alone where only reading or the plan changes', () => {
    expect(reconnects(parts, { ...parts, readSeconds: 2 })).toBe(false);
    expect(reconnects(parts, { ...parts, downtime: { zone: 'UTC', windows: [] } })).toBe(false);
    expect(reconnects(parts, { ...parts, links: [https, ssh] })).toBe(true);
    expect(reconnects(parts, { ...parts, environment: 'live' })).toBe(true);
  });

  it.each<[string, Partial<ProfileParts>, number]>([
    ['the other order', { links: [https, ssh] }, 0],
    ['another SSH host, whose key is asked about by itself', { links: [{ ...ssh, host: 'b' }, https] }, 0],
    ['another environment', { environment: 'live' }, 1],
    ['the API key to another host', { links: [ssh, { ...https, url: 'https://b.example/mcp' }] }, 1],
    ['another CA', { links: [{ ...https, caFile: '/ca.pem' }] }, 1],
  ])('asks for the name where it must: %s', (_what, change, count) => {
    expect(confirmReasons(parts, { ...parts, ...change })).toHaveLength(count);
  });

  it('asks for the name before a pin is dropped', () => {
    const pinned = { ...parts, links: [{ ...https, pinSha256: 'ab'.repeat(32) }] };
    expect(confirmReasons(pinned, { ...parts, links: [https] })).toHaveLength(1);
  });

  it('takes the orchestrator along with the MCP address, and nothing else', () => {
    const services = [...parts.services, { name: 'news', url: 'http://127.0.0.1:5008' }];
    expect(servicesAt({ ...parts, services }, 'http://127.0.0.1:6000/mcp')).toEqual([
      { name: 'orchestration', url: 'http://127.0.0.1:6000' },
      { name: 'news', url: 'http://127.0.0.1:5008' },
    ]);
  });

  it('reads planned downtime as it writes it, and nothing that is none', () => {
    const text = 'Mon-Fri 22:00-06:00; Sun,Sat 00:00-24:00 America/New_York';
    expect(downtimeText(parseDowntime(text))).toBe(text);
    for (const wrong of [
      'mon-fri 22:00-06:00',
      'mon 22:00-06:00 Mars/Base',
      'mon 25:00-06:00 UTC',
      'UTC',
      '',
    ])
      expect(parseDowntime(wrong)).toBeUndefined();
  });
});

describe('changing a stored profile', () => {
  it('keeps what was not changed, on disk too, also beside another change at the same time', async () => {
    const { profiles } = await stored();
    await Promise.all([
      profiles.change('real', { ...parts, links: [https] }),
      profiles.setLimits('real', { startsPerHour: 1 }),
      profiles.setWanted('real', false),
    ]);
    const again = new Profiles(path.join(dir, 'profiles.json'));
    await again.load();
    expect(again.get('real')).toMatchObject({
      links: [https],
      limits: { startsPerHour: 1 },
      wanted: false,
      preset: 'catalyst',
    });
  });

  it('takes away what is left out', async () => {
    const { profiles } = await stored();
    await profiles.change('real', { ...parts, readSeconds: 2 });
    expect(await profiles.change('real', parts)).not.toHaveProperty('readSeconds');
  });

  it('refuses what adding would refuse, and keeps the file as it was', async () => {
    const { profiles, profile } = await stored();
    const mcpUrl = 'http://me:s3cret@127.0.0.1:5000/mcp';
    await expect(profiles.change('real', { ...parts, mcpUrl })).rejects.toMatchObject({
      code: 'PROFILE_INVALID',
    });
    await expect(profiles.change('real', { ...parts, links: [] })).rejects.toMatchObject({
      code: 'PROFILE_INVALID',
    });
    expect(profiles.get('real')).toEqual(profile);
  });

  it('is refused where somebody else changed it since, and without the name where that is needed', async () => {
    const { profile } = await stored();
    const wanted = { ...partsOf(profile), environment: 'live' as const };
    const expected = { ...partsOf(profile), dir: '/srv' };
    const of = (change: object) => () => checkChange(profile, { parts: wanted, ...change }, '/home/me');
    expect(of({ expected, confirm: 'real' })).toThrow(/changed meanwhile/);
    expect(of({})).toThrow(/from PAPER to LIVE/);
    expect(of({ confirm: 'reel' })).toThrow(/from PAPER to LIVE/);
    expect(of({ confirm: 'real' })().changes).toHaveLength(1);
  });

  it('asks for the name where what is read next would settle an unknown outcome, and only there', async () => {
    const { profile } = await stored();
    const of = (change: Partial<ProfileParts>, confirm?: string) => () =>
      checkChange(profile, { parts: { ...parts, ...change }, confirm }, '/home/me', 'start ended unknown');
    const mcpUrl = 'http://127.0.0.1:6000/mcp';
    expect(of({ mcpUrl })).toThrow(/unknown outcome/);
    expect(of({ mcpUrl }, 'real')().changes).toHaveLength(1);
    expect(of({ readSeconds: 2 })().reconnects).toBe(false);
  });

  it('makes paths whole, and fills in no service where none was wanted', async () => {
    const { profile } = await stored();
    const links = [{ ...ssh, auth: [{ kind: 'key' as const, file: '~/.ssh/id' }] }];
    const checked = checkChange(profile, { parts: { ...parts, links, services: [] } }, '/home/me');
    expect(checked.parts).toMatchObject({
      links: [{ auth: [{ file: path.join('/home/me', '.ssh/id') }] }],
      services: [],
    });
  });
});
