import { expect, it } from 'vitest';
import { Profile } from '../../../electron/contract/profile.ts';
import { reportOf } from '../../../electron/core/doctor/report.ts';
import type { DoctorPorts } from '../../../electron/core/doctor/ports.ts';
import { createRedactor } from '../../../electron/core/secrets/redact.ts';

const SECRET = 'tok-9f8e7d6c5b4a';

const profile = Profile.parse({
  name: 'prod',
  preset: 'catalyst',
  environment: 'live',
  mcpUrl: 'http://127.0.0.1:5000/mcp',
  links: [
    {
      kind: 'ssh',
      host: 'droplet.acme.example',
      user: 'trader',
      auth: [{ kind: 'key', file: '/home/anna/.ssh/id' }],
      jump: [{ host: '203.0.113.7', user: 'hopper' }],
    },
    { kind: 'https', url: 'https://mcp.acme.example/mcp' },
  ],
});

const redactor = createRedactor();
redactor.register(SECRET);
const ports = {
  version: '1.2.3',
  platform: 'linux',
  userHome: '/home/anna',
  userName: 'anna',
  home: { dir: '/home/anna/.catalyst-companion' },
  redact: (text: string) => redactor.text(text),
} as DoctorPorts;

const seen = [
  'The key /home/anna/.ssh/id of anna was refused for trader@droplet.acme.example.',
  'It is for www.acme.example, 198.51.100.9 and 2001:db8::17, SHA256:abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ.',
  `The server said "Bearer ${SECRET}", state in /home/anna/.catalyst-companion/logs; 127.0.0.1:5000 is fine.`,
].join(' ');

const run = {
  profile: 'prod',
  at: 0,
  ms: 12,
  verdict: { result: 'broken' as const, layer: 'ssh' as const, check: 'ssh.sign-in', text: 'SSH: refused.' },
  checks: [
    {
      id: 'ssh.sign-in',
      layer: 'ssh' as const,
      title: 'Sign-in',
      subject: 'droplet.acme.example:22',
      state: 'failed' as const,
      seen,
      ms: 3.2,
      remedy: { text: 'Look there.', command: 'ssh trader@droplet.acme.example true' },
    },
  ],
};

it('never holds a secret, the home folder or a user name', () => {
  const { plain } = reportOf(run, ports, profile);
  for (const word of [SECRET, '/home/anna', 'anna', 'trader', 'hopper']) expect(plain).not.toContain(word);
  expect(plain).toContain('droplet.acme.example');
  expect(plain).toContain('FAILED  ssh.sign-in [droplet.acme.example:22]');
  expect(plain).toContain('$ ssh USER@droplet.acme.example true');
  expect(plain).toContain('~/.ssh/id');
});

it('shows what hides in words of strangers', () => {
  const [check] = run.checks;
  const odd = { ...run, checks: [{ ...check, seen: 'fine\u202etxt' }] };
  expect(reportOf(odd, ports, profile).plain).toContain(String.raw`fine\u202etxt`);
});

it('masks hosts, their neighbours, addresses and fingerprints where that is chosen, and keeps loopback', () => {
  const { masked } = reportOf(run, ports, profile);
  for (const word of ['acme', '203.0.113.7', '198.51.100.9', '2001:db8', 'SHA256:abc'])
    expect(masked).not.toContain(word);
  expect(masked).toContain('127.0.0.1:5000');
  expect(masked).toContain('HOST');
});
