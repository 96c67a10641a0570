import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  alternativeNames,
  certificateFacts,
  certificateProblem,
  certificateText,
  pinProblem,
} from '../../../electron/core/link/http/certificate.ts';
import { trustSets } from '../../../electron/core/link/http/trust.ts';
import { networkError } from '../../../electron/core/link/network-errors.ts';
import { makeCa, opensslAvailable } from '../../helpers/tls.ts';
import type { TestCa } from '../../helpers/tls.ts';

const thrown = (code: string, message = '', more: object = {}) =>
  networkError(Object.assign(new Error(message), { code, ...more }), { host: 'droplet.test', port: 443 });

describe('what a failed TLS connection is called', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'LINK_TLS_EXPIRED', 'has expired', 'certbot renew'],
    ['CERT_NOT_YET_VALID', 'LINK_TLS_EXPIRED', 'not valid yet', 'clock'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'LINK_TLS_NAME', 'not issued for droplet.test', 'name'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'LINK_TLS_UNTRUSTED', 'signed by itself', '--pin'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'LINK_TLS_UNTRUSTED', 'not signed by a CA', '--ca'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'LINK_TLS_UNTRUSTED', 'not signed by a CA', '--ca'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'LINK_TLS_UNTRUSTED', 'not complete', 'fullchain.pem'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'LINK_UNREACHABLE', 'older than 1.2', 'ssl_protocols'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'LINK_UNREACHABLE', 'older than 1.2', 'ssl_protocols'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'LINK_UNREACHABLE', 'not with HTTPS', 'port'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'LINK_UNREACHABLE', 'client certificate', 'API key'],
    ['ERR_SSL_NO_SHARED_CIPHER', 'LINK_UNREACHABLE', 'ERR_SSL_NO_SHARED_CIPHER', 'ssl_ciphers'],
    ['HPE_INVALID_CONSTANT', 'LINK_UNREACHABLE', 'does not speak HTTP', 'https://'],
  ])('%s is %s', (code, ours, message, next) => {
    const error = thrown(code);
    expect(error.code).toBe(ours);
    expect(error.message).toContain(message);
    expect(error.next).toContain(next);
  });

  it('reads the reason also where OpenSSL gives it as text alone', () => {
    const text = 'write EPROTO 00:error:0A000102:SSL routines::unsupported protocol:../deps/openssl';
    expect(thrown('EPROTO', text).message).toContain('older than 1.2');
  });

  it('names what the certificate is for, and nothing else that stands in it', () => {
    const named = (subjectaltname: string) =>
      thrown('ERR_TLS_CERT_ALTNAME_INVALID', '', { cert: { subjectaltname } }).message;
    expect(named('DNS:other.test, DNS:*.other.test, IP Address:192.0.2.1')).toBe(
      'The certificate that answered was not issued for droplet.test; it is for other.test, *.other.test, 192.0.2.1.',
    );
    expect(named('DNS:"evil\\u001b[2J"')).not.toContain('evil');
  });
});

describe('text of a certificate', () => {
  it('is shown without control, bidi and invisible characters, and cut', () => {
    expect(certificateText('a\u001b[2Jb\u202ec\u200bd\ne')).toBe('a [2Jb c d e');
    expect(certificateText('x'.repeat(500))).toHaveLength(121);
  });

  it('gives the alternative names, quoted ones too', () => {
    expect(alternativeNames('DNS:a.test, DNS:"b, DNS:c.test", IP Address:::1, email:x@y')).toEqual([
      'a.test',
      'b, DNS:c.test',
      '::1',
    ]);
    expect(alternativeNames(undefined)).toEqual([]);
  });
});

describe.skipIf(!opensslAvailable)('a real certificate (Debian package openssl)', () => {
  let ca: TestCa;
  beforeAll(() => {
    ca = makeCa();
  });
  afterAll(() => ca?.remove());
  const load = (file: string) => new X509Certificate(fs.readFileSync(file));

  it('is told by names, issuer, end and fingerprint', () => {
    const made = ca.issue('facts', { names: ['droplet.test', '127.0.0.1'], days: 20 });
    const facts = certificateFacts(load(made.cert));
    expect(facts).toMatchObject({ names: ['droplet.test', '127.0.0.1'], issuer: 'Test-CA' });
    expect(facts.sha256).toBe(made.sha256.replaceAll(':', '').toLowerCase());
    expect(facts.validTo).toBeGreaterThan(Date.now() + 19 * 86_400_000);
    expect(facts.validTo).toBeLessThanOrEqual(Date.now() + 20 * 86_400_000);
  });

  it('is accepted by its pin in any spelling, and only while it is valid', () => {
    const good = ca.issue('good');
    const certificate = load(good.cert);
    for (const pin of [good.sha256, good.sha256.toLowerCase(), good.sha256.replaceAll(':', '')])
      expect(pinProblem(certificate, pin)).toBeUndefined();
    expect(pinProblem(certificate, 'ab'.repeat(32))).toMatchObject({ code: 'LINK_TLS_PIN' });
    expect(pinProblem(undefined, good.sha256)).toBeDefined();
    const old = ca.issue('old', { expired: true });
    expect(pinProblem(load(old.cert), old.sha256)).toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    const early = ca.issue('early', { future: true });
    expect(pinProblem(load(early.cert), early.sha256)).toMatchObject({ code: 'CERT_NOT_YET_VALID' });
  });

  it('is looked at before it is trusted, since Node passes over a broken one in silence', () => {
    const text = fs.readFileSync(ca.caFile, 'latin1');
    expect(certificateProblem(`${text}\r\n# a note\n${text}`)).toBeUndefined();
    expect(certificateProblem('no certificate')).toContain('no PEM certificate');
    expect(certificateProblem(text.replace('-----END', 'AAAA\n-----BEGIN'))).toContain('no PEM certificate');
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(certificateProblem(broken)).toContain('certificate 1');
    expect(certificateProblem(`${text}\n${broken}`)).toContain('certificate 2');
  });

  it('of a CA makes a trust set that is built once and shared', () => {
    const text = fs.readFileSync(ca.caFile, 'latin1');
    expect(trustSets.of(text)).toBe(trustSets.of(text));
    expect(trustSets.of(undefined)).toBe(trustSets.of(undefined));
    expect(trustSets.of(text)).not.toBe(trustSets.of(undefined));
  });
});
