import fs from 'node:fs';
import https from 'node:https';
import type net from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeLink } from '../../../electron/core/link/probe.ts';
import { makeCa, opensslAvailable } from '../../helpers/tls.ts';
import type { ServerCertificate, TestCa } from '../../helpers/tls.ts';
import { asFastMcp } from './harness.ts';
import { asked, listening } from './one-dial.ts';

describe.skipIf(!opensslAvailable)('the certificate of a link (Debian package openssl)', () => {
  let ca: TestCa;
  let pair: ServerCertificate;
  let server: https.Server;
  let url = '';
  const usual = tls.getCACertificates('default');

  beforeAll(async () => {
    ca = makeCa();
    pair = ca.issue('shown', { days: 12 });
    // before the first link of this process: as NODE_EXTRA_CA_CERTS does
    tls.setDefaultCACertificates([...usual, fs.readFileSync(ca.caFile, 'latin1')]);
    const read = (file: string) => fs.readFileSync(file, 'latin1');
    server = https.createServer({ cert: read(pair.cert), key: read(pair.key) }, asFastMcp);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as net.AddressInfo).port}/mcp`;
  });
  afterAll(() => {
    tls.setDefaultCACertificates(usual);
    server?.closeAllConnections();
    server?.close();
    ca?.remove();
  });

  it.each(['https', 'direct'] as const)('is told of the newest connection (%s)', async (kind) => {
    const { open, result } = await asked({ kind, url });
    expect(result.kind).toBe('fine');
    expect(open.facts?.().certificate).toMatchObject({
      names: ['localhost', '127.0.0.1'],
      issuer: 'Test-CA',
      sha256: pair.sha256.replaceAll(':', '').toLowerCase(),
    });
    // renewed on the running server, as certbot does
    const renewed = ca.issue(`renewed-${kind}`, { days: 90 });
    server.setSecureContext({
      cert: fs.readFileSync(renewed.cert, 'latin1'),
      key: fs.readFileSync(renewed.key, 'latin1'),
    });
    const signal = new AbortController().signal;
    await probeLink(open, { profile: 'real', timeoutMs: 2_000, services: [], signal });
    const after = open.facts?.().certificate;
    expect(after?.sha256).toBe(renewed.sha256.replaceAll(':', '').toLowerCase());
    expect(after?.validTo).toBeGreaterThan(Date.now() + 80 * 86_400_000);
    server.setSecureContext({
      cert: fs.readFileSync(pair.cert, 'latin1'),
      key: fs.readFileSync(pair.key, 'latin1'),
    });
  });

  it('is refused whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const self = ca.selfSigned('alone');
      const own = https.createServer(
        { cert: fs.readFileSync(self.cert), key: fs.readFileSync(self.key) },
        asFastMcp,
      );
      const port = await listening(own);
      const { result } = await asked({ kind: 'https', url: `https://127.0.0.1:${port}/mcp` });
      expect(result).toMatchObject({ kind: 'refused', error: { code: 'LINK_TLS_UNTRUSTED' } });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });
});
