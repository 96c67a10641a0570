import { describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../../../electron/contract/doctor.ts';
import { DoctorLayer } from '../../../electron/contract/doctor.ts';
import { AppError } from '../../../electron/contract/errors.ts';
import { certificateFinding, tlsFault } from '../../../electron/core/doctor/https-checks.ts';
import { answerFinding, judgeRedirect, placeOfAnswer } from '../../../electron/core/doctor/judge-http.ts';
import { lastMarker, SERVER_MARKERS } from '../../../electron/core/doctor/log-markers.ts';
import { saysOff } from '../../../electron/core/doctor/policy-checks.ts';
import { checkName } from '../../../electron/core/doctor/network-checks.ts';
import { Rounds } from '../../../electron/core/doctor/rounds.ts';
import { onDroplet, remedyOf } from '../../../electron/core/doctor/remedy.ts';
import { placeOfSshError } from '../../../electron/core/doctor/ssh-checks.ts';
import { clientEnv } from '../../../electron/core/doctor/stub-start.ts';
import { CHECKS, layerOf } from '../../../electron/core/doctor/table.ts';
import type { CheckId } from '../../../electron/core/doctor/table.ts';
import { namesFinding } from '../../../electron/core/doctor/tools-checks.ts';
import { verdictOf } from '../../../electron/core/doctor/verdict.ts';

const check = (id: CheckId, state: DoctorCheck['state']): DoctorCheck => ({
  id,
  layer: layerOf(id),
  title: CHECKS[id].title,
  subject: null,
  state,
  seen: `seen of ${id}.`,
  ms: 1,
  remedy: null,
});

describe('the verdict', () => {
  it('names the first broken layer, whatever order the checks came in', () => {
    const checks = [
      check('services.health', 'failed'),
      check('stub.start', 'failed'),
      check('tunnel.port', 'failed'),
      check('profile.private', 'warning'),
    ];
    expect(verdictOf(checks, null)).toEqual({
      result: 'broken',
      layer: 'tunnel',
      check: 'tunnel.port',
      text: 'Tunnel: seen of tunnel.port. 2 more checks failed.',
    });
  });

  it('is never healthy where it was not finished, and keeps a fault that was found', () => {
    expect(verdictOf([check('name.resolve', 'ok')], 'stopped').result).toBe('unfinished');
    expect(verdictOf([check('name.resolve', 'failed')], 'stopped').result).toBe('broken');
  });

  it('counts what was looked at, not what was skipped', () => {
    const checks = [check('name.resolve', 'ok'), check('tls.pin', 'skipped')];
    expect(verdictOf(checks, null).text).toBe('All 1 checks are fine.');
  });
});

it('every check belongs to a layer of the list', () => {
  for (const id of Object.keys(CHECKS) as CheckId[]) expect(DoctorLayer.options).toContain(layerOf(id));
});

describe('where an HTTP answer belongs', () => {
  const seen = (status: number, contentType = 'application/json', body = '') => ({
    status,
    contentType,
    body,
  });
  it.each([
    [seen(401), 'https', true, 'web.api-key'],
    [seen(403), 'https', true, 'web.api-key'],
    [seen(403, 'text/plain', 'Forbidden Origin'), 'https', true, 'mcp.host-guard'],
    [seen(403), 'ssh', true, 'mcp.host-guard'],
    [seen(421), 'https', true, 'mcp.host-guard'],
    [seen(406), 'https', true, 'mcp.accept'],
    [seen(406), 'https', false, undefined],
    [seen(400), 'https', true, undefined],
    [seen(405), 'https', true, undefined],
    [seen(409), 'https', false, undefined],
    [seen(404), 'https', false, 'mcp.path'],
    [seen(404, 'application/json', '{"jsonrpc":"2.0"}'), 'https', false, undefined],
    [seen(307), 'https', true, 'mcp.redirect'],
    [seen(413), 'https', true, 'web.body-size'],
    [seen(429), 'https', true, 'web.rate-limit'],
    [seen(502), 'https', true, 'web.answer'],
    [seen(200, 'text/html'), 'ssh', true, 'web.answer'],
  ] as const)('%j over %s', (answer, via, sentBoth, place) => {
    expect(placeOfAnswer(answer, via, sentBoth)).toBe(place);
  });

  it.each([
    ['https://d.example/mcp', 307, '/mcp/', 'warning', '/mcp/'],
    ['https://d.example/mcp', 308, 'http://d.example/mcp/', 'warning', '/mcp/'],
    ['https://d.example/mcp', 307, 'https://evil.example/mcp', 'failed', undefined],
    ['https://d.example/mcp', 302, '/login', 'failed', undefined],
    ['https://d.example/mcp', 307, '/mcp', 'failed', undefined],
    ['http://127.0.0.1:5000/mcp', 307, '/mcp/', 'warning', '/mcp/'],
  ])('a redirect of %s by %d to %s: %s', (url, status, location, state, path) => {
    const judged = judgeRedirect(new URL(url), status, location, 'real');
    expect([judged.finding.state, judged.path]).toEqual([state, path]);
  });
});

it.each([
  ['LINK_KEY_MISSING', undefined, 'ssh.keys'],
  ['PROFILE_INVALID', undefined, 'profile.links'],
  ['LINK_KNOWN_HOSTS_UNREADABLE', undefined, 'ssh.host-key'],
  ['LINK_HOST_NOT_FOUND', 'resolve', 'name.resolve'],
  ['LINK_TIMEOUT', 'tcp', 'tcp.connect'],
  ['LINK_NOT_SSH', 'host-key', 'ssh.greeting'],
  ['LINK_HOST_KEY_CHANGED', 'host-key', 'ssh.host-key'],
  ['LINK_AUTH_REFUSED', 'auth', 'ssh.sign-in'],
  ['LINK_FORWARD_REFUSED', 'tcp', 'tunnel.forward'],
] as const)('%s at the stage %s belongs to %s', (code, stage, place) => {
  expect(placeOfSshError(code, stage)).toBe(place);
});

describe('remedies', () => {
  it('part the command from the sentence, and put the profile in', () => {
    expect(remedyOf('Store it: catalyst-companion secret set PROFILE api-key', 'real')).toEqual({
      text: 'Store it:',
      command: 'catalyst-companion secret set real api-key',
    });
    expect(remedyOf('Check the port.', 'real')).toEqual({ text: 'Check the port.', command: null });
  });

  it('say nothing of what a link does by itself', () => {
    const { text } = remedyOf('It is tried again by itself; check the network if this repeats.', 'real');
    expect(text).toBe('Check the network if this repeats.');
    expect(remedyOf('It is tried again by itself.', 'real').text).toBe('Run the doctor again in a moment.');
  });

  it('quote what a shell would read otherwise', () => {
    const link = { kind: 'ssh', host: 'd.example', port: 2222, user: 'root', jump: [] } as const;
    const auth = [{ kind: 'key' as const, file: "/home/a'b/key" }];
    const jump = [{ host: 'bastion', port: 22, user: 'ops' }];
    expect(onDroplet({ ...link, auth, jump }, 'cd ~ && ls')).toBe(
      String.raw`ssh -p 2222 -i '/home/a'\''b/key' -J ops@bastion root@d.example 'cd ~ && ls'`,
    );
  });
});

it('warns of a certificate 30 days before its end', () => {
  const facts = { names: ['d.example'], issuer: 'CA', validTo: 100 * 86_400_000, sha256: 'f'.repeat(64) };
  expect(certificateFinding(facts, false, 69 * 86_400_000).state).toBe('ok');
  const late = certificateFinding(facts, false, 71 * 86_400_000);
  expect([late.state, late.remedy?.command]).toEqual(['warning', 'sudo certbot renew']);
});

it.each([
  [['get_state'], 'ok'],
  [['get.state'], 'warning'],
  [['same', 'same'], 'warning'],
  [['x'.repeat(60)], 'warning'],
])('names of tools %j: %s', (names, state) => {
  expect(namesFinding(names, 'real').state).toBe(state);
});

it.each([
  ['    isLocalDevMcpEnabled    REG_DWORD    0x0', true],
  ['    isLocalDevMcpEnabled    REG_DWORD    0x1', false],
  ['0', true],
  ['1', false],
  ['', false],
])('a policy of %j is off: %s', (output, off) => {
  expect(saysOff(output)).toBe(off);
});

it('takes the last line of a log that means something, with its time', () => {
  const text = [
    '2026-11-21T10:00:00.000Z [real] Server transport closed unexpectedly',
    '2026-11-21T10:01:00.000Z [real] Server started and connected successfully',
    'something else',
  ].join('\n');
  expect(lastMarker(text, SERVER_MARKERS)).toMatchObject({
    trouble: undefined,
    at: Date.parse('2026-11-21T10:01:00.000Z'),
  });
  expect(lastMarker('nothing', SERVER_MARKERS)).toBeUndefined();
});

it('gives a program the environment that the SDK gives, and the entry over it', () => {
  const env = { HOME: '/h', PATH: '/bin', BASH_FUNC: '() { :; }', TERM: '() { evil; }', SECRET: 'x' };
  expect(clientEnv('linux', env, { env: { CATALYST_COMPANION_HOME: '/s' } })).toEqual({
    HOME: '/h',
    PATH: '/bin',
    CATALYST_COMPANION_HOME: '/s',
  });
});

it('a name server that does not answer is told from a name that is wrong', async () => {
  const rounds = new Rounds({ profile: 'real', signal: new AbortController().signal, tell: () => undefined });
  const never = () => new Promise<never>(() => undefined);
  expect(await checkName(rounds, 'droplet.example', never, 20)).toBe(false);
  expect(rounds.checks[0]).toMatchObject({ id: 'name.resolve', state: 'failed' });
  expect(rounds.checks[0]?.seen).toContain('No name server answered');
  expect(rounds.checks[0]?.remedy).toMatchObject({ command: 'nslookup droplet.example' });
});

it('an answer that is late is a warning, not a success', () => {
  expect(answerFinding({ status: 405, ms: 12 }).state).toBe('ok');
  expect(answerFinding({ status: 405, ms: 4_030 })).toMatchObject({
    state: 'warning',
    seen: 'It answers over HTTP (405), but only after 4.0 s; every call waits as long.',
  });
});

it('shows a certificate by a command that holds for IPv6 as well', () => {
  const expired = new AppError('LINK_TLS_NAME', 'The certificate is for another.', 'Use its name.');
  const found = tlsFault(expired, new URL('https://[2001:db8::7]:8443/mcp'), 'real', true);
  expect(found?.finding.remedy?.command).toContain("-connect '[2001:db8::7]:8443' -servername 2001:db8::7");
});
