import { createHmac, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import { createLog } from '../../../electron/core/log.ts';
import { createRedactor } from '../../../electron/core/secrets/redact.ts';

const SECRET = 'p@ss "wörd"/+&';

function jwt(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256' })}.${part({ sub: 'someone' })}`;
  return `${body}.${createHmac('sha256', 'k').update(body).digest('base64url')}`;
}

describe('the redactor', () => {
  const redact = createRedactor();
  redact.register(SECRET);

  it.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify({ x: SECRET })],
    ['in a URL', `https://h/p?x=${encodeURIComponent(SECRET)}`],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
  ])('masks a registered value %s', (_name, text) => {
    const masked = redact.text(`before ${text} after`);
    expect(masked).toContain('[redacted]');
    for (const part of ['p@ss', 'p%40ss', Buffer.from(SECRET).toString('base64').slice(0, 8)])
      expect(masked).not.toContain(part);
    expect(masked).toMatch(/^before .* after$/);
  });

  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  it.each([
    ['Authorization: Bearer abc.def-123456', 'abc.def-123456'],
    ['basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNz'],
    [`token ${jwt()}`, jwt().slice(-12)],
    [`key:\n${pem}`, pem.split('\n')[1] ?? ''],
    [`cut ${pem.slice(0, 60)}`, pem.slice(28, 60)],
    ['ssh://root:hunter2@host:22/x', 'hunter2'],
    ['https://user:pa%40ss@host/x', 'pa%40ss'],
    ['GET /x?api_key=abc123&y=1', 'abc123'],
    ['http://127.0.0.1:8080/#token=abc123def', 'abc123def'],
    ['{"password":"hunter2","user":"me"}', 'hunter2'],
    ['x-api-key: 12345678', '12345678'],
  ])('masks %.40j', (text, secret) => {
    expect(text).toContain(secret);
    expect(redact.text(text)).not.toContain(secret);
  });

  it('leaves ordinary text alone', () => {
    for (const text of [
      'POST https://host:8443/svc/workflow?cycle_id=1 200',
      'password authentication failed',
      'a token was used',
      'me@host',
    ])
      expect(redact.text(text)).toBe(text);
  });

  it('masks fields by name, and reads errors, causes, cycles and odd values', () => {
    const circular: Record<string, unknown> = {
      apiKey: 'k1',
      'x-api-key': 'k2',
      refresh_token: 'k3',
      sessionToken: 'k4',
      tokens: 3,
      token: true,
    };
    circular['self'] = circular;
    const error = new AppError('INTERNAL', `with ${SECRET}`, 'next', { cause: new Error(`deep ${SECRET}`) });
    const copy = redact.value({
      circular,
      error,
      n: 1n,
      buffer: Buffer.from(SECRET),
      map: new Map([['password', 'k5']]),
    });
    const text = JSON.stringify(copy);
    expect(text).not.toMatch(/k[1-5]"|p@ss|wörd/);
    expect(copy).toMatchObject({
      circular: { apiKey: '[redacted]', tokens: 3, token: true, self: '[circular]' },
      error: {
        code: 'INTERNAL',
        message: 'with [redacted]',
        stack: expect.stringContaining('log.test'),
        cause: { message: 'deep [redacted]' },
      },
      n: '1',
    });
  });

  it('does not take long over hostile text', () => {
    const started = performance.now();
    for (const text of [
      'a.'.repeat(100_000),
      '-----BEGIN '.repeat(20_000),
      'eyJ'.repeat(60_000),
      '"password'.repeat(20_000),
      'bearer '.repeat(30_000),
    ])
      redact.text(text);
    // ten times what it may take: a hang is what is looked for, not a busy machine
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe('the log', () => {
  let dir: string;
  let file: string;
  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-log-'));
    file = path.join(dir, 'logs', 'app.log');
  });
  afterEach(async () => {
    await fs.rm(dir, { recursive: true, force: true });
  });
  const lines = async (): Promise<Record<string, unknown>[]> =>
    (await fs.readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('writes JSON lines with everything masked, into a private file', async () => {
    const redact = createRedactor();
    const log = createLog({ file, level: 'info', redact });
    redact.register(SECRET);
    log.debug('not shown');
    log.info('hello %s', { level: 'mine', profile: 'real' });
    log.error(`failed with ${SECRET}`, {
      error: new Error(`no ${SECRET}`),
      headers: { authorization: 'Basic x' },
    });
    log.close();
    const [first, second, ...more] = await lines();
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      level: 'info',
      level_: 'mine',
      profile: 'real',
      msg: 'hello %s',
      pid: process.pid,
    });
    expect(Date.parse(String(first?.['time']))).toBeGreaterThan(Date.now() - 60_000);
    expect(second).toMatchObject({
      level: 'error',
      msg: 'failed with [redacted]',
      error: { message: 'no [redacted]' },
      headers: { authorization: '[redacted]' },
    });
    expect(await fs.readFile(file, 'utf8')).not.toContain('p@ss');
    expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
  });

  it('tightens the mode of a file that was there', async () => {
    await fs.mkdir(path.dirname(file));
    await fs.writeFile(file, '', { mode: 0o644 });
    createLog({ file, level: 'info', redact: createRedactor() }).info('x');
    expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
  });

  it('rotates by size and keeps five files', async () => {
    const log = createLog({ file, level: 'info', redact: createRedactor(), maxBytes: 2_000 });
    for (let n = 0; n < 200; n += 1) log.info(`line ${n}`, { padding: 'x'.repeat(100) });
    log.close();
    const names = (await fs.readdir(path.dirname(file))).sort();
    expect(names).toEqual(['app.log', 'app.log.1', 'app.log.2', 'app.log.3', 'app.log.4']);
    for (const name of names)
      expect((await fs.stat(path.join(path.dirname(file), name))).size).toBeLessThan(2_500);
    expect((await lines()).at(-1)?.['msg']).toBe('line 199');
  });

  it('loses lines rather than throw when it cannot write, and says so afterwards', async () => {
    await fs.writeFile(path.join(dir, 'logs'), 'in the way');
    const log = createLog({ file, level: 'info', redact: createRedactor() });
    log.info('one');
    log.info('two');
    await fs.rm(path.join(dir, 'logs'));
    log.info('three');
    log.close();
    expect((await lines()).map((line) => line['msg'])).toEqual(['2 log lines were lost', 'three']);
  });

  it.skipIf(process.platform === 'win32')('does not write through a link', async () => {
    await fs.mkdir(path.dirname(file));
    const target = path.join(dir, 'elsewhere');
    await fs.writeFile(target, 'mine', { mode: 0o644 });
    await fs.symlink(target, file);
    createLog({ file, level: 'info', redact: createRedactor() }).info('x');
    expect(await fs.readFile(target, 'utf8')).toBe('mine');
    expect((await fs.stat(target)).mode & 0o777).toBe(0o644);
  });

  it('takes fields that cannot be read', async () => {
    const log = createLog({ file, level: 'info', redact: createRedactor() });
    log.info('odd', {
      get broken() {
        throw new Error('no');
      },
    });
    log.close();
    expect((await lines())[0]?.['msg']).toContain('odd (its fields could not be written');
  });
});
