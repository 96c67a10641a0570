import { describe, expect, it } from 'vitest';
import { partsOf } from '../../../electron/contract/profile-change.ts';
import { Profile } from '../../../electron/contract/profile.ts';
import type { SshLink } from '../../../electron/contract/profile.ts';
import {
  editErrors,
  editFormOf,
  isEditClean,
  partsOfForm,
} from '../../../renderer/views/connections/edit-form.ts';
import type { LinkForm } from '../../../renderer/views/connections/link-form.ts';
import {
  emptyLink,
  linkErrors,
  linkOf,
  pinOf,
  secretKindsOf,
} from '../../../renderer/views/connections/link-form.ts';
import type { ProfileForm } from '../../../renderer/views/connections/profile-form.ts';
import {
  asksSecret,
  commandsOf,
  emptyForm,
  formErrors,
  isClean,
  moved,
  nameOf,
  profileOf,
  typedSecrets,
} from '../../../renderer/views/connections/profile-form.ts';
import { createSshConfigReader } from '../../../electron/core/ssh-config/import-link.ts';
import { linksFromOptions } from '../../../electron/cli/link-options.ts';

const ssh: LinkForm = { ...emptyLink('ssh', 0), target: 'root@127.0.0.1:2222', identity: '/k/id key' };
const https: LinkForm = { ...emptyLink('https', 1), url: 'https://trading.example/mcp', caFile: '/ca.pem' };
const direct: LinkForm = { ...emptyLink('direct', 2), url: 'http://127.0.0.1:5000/mcp' };
const form: ProfileForm = { ...emptyForm('ssh'), name: 'real', links: [ssh] };

describe('the form for a new connection', () => {
  it('makes a profile that the contract accepts, with its links in order', () => {
    const chain = { ...form, links: [ssh, https, direct] };
    expect(isClean(formErrors(chain, []))).toBe(true);
    const made = profileOf(chain);
    expect(Profile.safeParse({ ...made, wanted: false }).error).toBeUndefined();
    expect(made.links).toMatchObject([
      { kind: 'ssh', user: 'root', host: '127.0.0.1', port: 2222, jump: [] },
      { kind: 'https', url: 'https://trading.example/mcp', caFile: '/ca.pem', apiKeyHeader: 'X-API-Key' },
      { kind: 'direct', url: 'http://127.0.0.1:5000/mcp' },
    ]);
    expect(made.links[0]).not.toHaveProperty('expose');
  });

  it('takes jump hosts and a port to expose', () => {
    const link = {
      ...ssh,
      jump: 'ops@bastion, me@[::1]:2200',
      exposes: true,
      expose: '15000:5000, 9:db:5432',
    };
    expect(linkErrors(link)).toEqual({});
    expect(linkOf(link)).toMatchObject({
      jump: [
        { user: 'ops', host: 'bastion', port: 22 },
        { user: 'me', host: '::1', port: 2200 },
      ],
      expose: [
        { localPort: 15_000, host: '127.0.0.1', port: 5000 },
        { localPort: 9, host: 'db', port: 5432 },
      ],
    });
    // typed, then switched off again
    expect(linkOf({ ...link, exposes: false })).not.toHaveProperty('expose');
  });

  it('says what is wrong, field by field and link by link', () => {
    const errors = formErrors(
      {
        ...form,
        name: 'Real One',
        links: [
          { ...ssh, target: 'droplet', jump: 'bastion' },
          { ...https, pin: 'ab' },
        ],
      },
      [],
    );
    expect(errors.name).toBeDefined();
    expect(Object.keys(errors.links[0] ?? {})).toEqual(['target', 'jump']);
    expect(Object.keys(errors.links[1] ?? {})).toEqual(['pin']);
    expect(formErrors(form, ['real']).name).toBe('This name is taken.');
    expect(linkErrors({ ...https, url: 'http://x/mcp' }).url).toContain('https://');
    expect(linkErrors({ ...ssh, exposes: true, expose: '' }).expose).toBeDefined();
    expect(linkErrors({ ...ssh, exposes: true, expose: '1:70000' }).expose).toBeDefined();
    expect(linkErrors({ ...ssh, exposes: true, expose: '1:a:2, 1:b:2' }).expose).toContain('once');
  });

  it('reads a pin as openssl prints it', () => {
    const hex = 'ab'.repeat(32);
    expect(pinOf(hex.toUpperCase())).toBe(hex);
    expect(pinOf(`SHA256 Fingerprint=${hex.match(/../g)?.join(':').toUpperCase()}`)).toBe(hex);
    expect(pinOf(`sha256 Fingerprint=${hex}`)).toBe(hex);
    expect(pinOf(hex.slice(1))).toBeUndefined();
  });

  it('asks for each kind of secret once, and sends only those that a link uses', () => {
    const twice = { ...form, links: [ssh, { ...ssh, id: 7 }, https] };
    expect(asksSecret(twice, 'passphrase')?.id).toBe(0);
    const secrets = { passphrase: 'p', 'api-key': '', password: 'left over' };
    expect(typedSecrets({ ...twice, secrets })).toEqual([{ kind: 'passphrase', value: 'p' }]);
    expect(secretKindsOf({ ...ssh, auth: 'agent' })).toEqual([]);
    expect(secretKindsOf(direct)).toEqual([]);
  });

  it('takes a host of ~/.ssh/config whole, with ports of its own', () => {
    const link = {
      kind: 'ssh' as const,
      host: '203.0.113.10',
      port: 22,
      user: 'root',
      auth: [{ kind: 'agent' as const }, { kind: 'key' as const, file: '/k' }, { kind: 'password' as const }],
      jump: [],
      hostKeyAlias: 'droplet',
    };
    const taken = { ...ssh, target: 'half typed', imported: { alias: 'droplet', link, notes: [] } };
    expect(linkErrors(taken)).toEqual({});
    expect(linkOf(taken)).toEqual(link);
    expect(linkOf({ ...taken, exposes: true, expose: '1:2' })).toMatchObject({ expose: [{ localPort: 1 }] });
    expect(secretKindsOf(taken)).toEqual(['passphrase', 'password']);
    expect(commandsOf({ ...form, links: [taken] })).toContain(' --ssh droplet');
    expect(nameOf('My.Droplet_at-home.example')).toBe('my-droplet-at-ho');
  });

  it('changes the order of links', () => {
    const ids = (links: readonly LinkForm[]) => links.map((link) => link.id);
    expect(ids(moved([ssh, https, direct], 2, -1))).toEqual([0, 2, 1]);
    expect(ids(moved([ssh, https], 0, 1))).toEqual([1, 0]);
    expect(ids(moved([ssh, https], 0, -1))).toEqual([0, 1]);
  });
});

describe('the same as commands', () => {
  it('gives no secret', () => {
    const text = commandsOf({ ...form, secrets: { passphrase: 'hunter2' } });
    expect(text).toContain("--ssh root@127.0.0.1:2222 --identity '/k/id key'");
    expect(text).toContain('catalyst-companion secret set real passphrase');
    expect(text).not.toContain('hunter2');
  });

  it('means the same links as the form', async () => {
    const links = [
      { ...ssh, identity: '/k/id', jump: 'ops@bastion, me@inner:2200' },
      { ...https, pin: 'ab'.repeat(32) },
      direct,
    ];
    const words = commandsOf({ ...form, links })
      .split('\n')[0]
      .split(' ')
      .slice(6);
    const tokens = words.flatMap((word, i) =>
      word.startsWith('--') ? [{ name: word.slice(2), value: words[i + 1] }] : [],
    );
    const reader = createSshConfigReader({ userHome: '/nonexistent', env: {} });
    const read = await linksFromOptions(tokens, '/nonexistent', reader);
    expect(read.links).toMatchObject(links.map(linkOf));
  });
});

describe('the form for a change', () => {
  const profile: Profile = {
    ...profileOf({ ...form, links: [ssh, https, direct] }),
    services: [
      { name: 'orchestration', url: 'http://127.0.0.1:5000' },
      { name: 'news', url: 'http://127.0.0.1:5008' },
    ],
    wanted: true,
  };
  const kubernetes = { kind: 'kubernetes', context: 'c', namespace: 'n', service: 's', port: 80 } as const;

  it('loses nothing of a profile, also of what it has no fields for', () => {
    const rich: SshLink = {
      kind: 'ssh',
      host: '2001:db8::1',
      port: 2222,
      user: 'ops',
      auth: [{ kind: 'agent', only: ['/k.pub'] }, { kind: 'password' }],
      jump: [{ host: 'bastion', port: 22, user: 'me', hostKeyAlias: 'b' }],
      keepaliveSeconds: 30,
      expose: [{ localPort: 15_000, host: '127.0.0.1', port: 5000 }],
    };
    const pinned = { kind: 'https', url: 'https://a.example/mcp', pinSha256: 'ab'.repeat(32) } as const;
    const downtime = { zone: 'UTC', windows: [{ days: [1], from: '22:00', to: '06:00' }] };
    const links = [...profile.links, rich, pinned, kubernetes];
    for (const each of [profile, { ...profile, links, readSeconds: 2, downtime }]) {
      expect(isEditClean(editErrors(editFormOf(each)))).toBe(true);
      expect(partsOfForm(editFormOf(each), each)).toEqual(partsOf(each));
    }
  });

  it('takes the orchestrator along with the MCP address, unless services were edited', () => {
    const moved = { ...editFormOf(profile), mcpUrl: 'http://127.0.0.1:6000/mcp' };
    expect(partsOfForm(moved, profile).services[0]?.url).toBe('http://127.0.0.1:6000');
    const services = 'orchestration=http://127.0.0.1:5000\n\n';
    expect(partsOfForm({ ...moved, services }, profile).services).toEqual([profile.services[0]]);
    expect(partsOfForm({ ...moved, services: '' }, profile).services).toEqual([]);
  });

  it.each([
    ['services', 'news'],
    ['services', 'news=ftp://a'],
    ['services', 'a=http://a\na=http://b'],
    ['dir', ' '],
    ['readSeconds', '0'],
    ['readSeconds', 'often'],
    ['downtime', 'at night'],
    ['mcpUrl', 'nowhere'],
  ] as const)('marks %s %j', (field, text) => {
    const errors = editErrors({ ...editFormOf(profile), [field]: text });
    expect(errors[field]).toBeDefined();
    expect(isEditClean(errors)).toBe(false);
  });
});
