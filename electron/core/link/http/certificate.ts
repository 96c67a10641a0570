import { X509Certificate } from 'node:crypto';
import { AppError } from '../../../contract/errors.ts';
import type { CertificateFacts } from '../../../contract/link.ts';

const NAMES = 5;
const LONGEST = 120;

/** Text from a certificate, which anybody can write: visible characters only, and not much of it. */
export function certificateText(text: string): string {
  const visible = text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ').trim();
  return visible.length > LONGEST ? `${visible.slice(0, LONGEST)}…` : visible;
}

/** The names of a subjectAltName text (`DNS:a, IP Address:127.0.0.1`); Node quotes the ones with odd characters. */
export function alternativeNames(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g)]
    .map(([, name = '']) => certificateText(name.replace(/^"|"$/g, '')))
    .filter((name) => name !== '');
}

/** One part of a distinguished name, e.g. CN. */
function part(name: string, key: 'CN' | 'O'): string | undefined {
  return new RegExp(`^${key}=(.+)$`, 'm').exec(name)?.[1];
}

/** SHA-256 of the whole certificate: lower-case hex without colons. */
export function plainHex(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}

/** What people ask about a certificate. */
export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const names = alternativeNames(certificate.subjectAltName);
  const common = part(certificate.subject, 'CN');
  const { issuer } = certificate;
  return {
    names: names.length > 0 ? names.slice(0, NAMES) : common === undefined ? [] : [certificateText(common)],
    issuer: certificateText(part(issuer, 'CN') ?? part(issuer, 'O') ?? issuer.replaceAll('\n', ', ')),
    validTo: Date.parse(certificate.validTo),
    sha256: plainHex(certificate.fingerprint256),
  };
}

/** Why a certificate is not the pinned one, or not valid now; a pin stands for CA and name, not for the dates. */
export function pinProblem(certificate: X509Certificate | undefined, pin: string): Error | undefined {
  if (!certificate) return Object.assign(new Error('no certificate'), { code: 'CERT_REJECTED' });
  const shown = plainHex(certificate.fingerprint256);
  if (shown !== plainHex(pin)) {
    return new AppError(
      'LINK_TLS_PIN',
      `The server showed another certificate than the pinned one; its SHA-256 is ${shown}.`,
      'Ask whoever runs the server whether the certificate was renewed, and only then change the pin.',
    );
  }
  const now = Date.now();
  const code =
    Date.parse(certificate.validTo) < now
      ? 'CERT_HAS_EXPIRED'
      : Date.parse(certificate.validFrom) > now
        ? 'CERT_NOT_YET_VALID'
        : undefined;
  return code === undefined ? undefined : Object.assign(new Error('certificate out of its time'), { code });
}

/**
 * Why a PEM text cannot serve as a list of CAs, as the rest of a sentence; undefined where it can. Node passes over a
 * broken certificate in silence, so that every server would seem untrusted.
 */
export function certificateProblem(pem: string): string | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return 'it holds no PEM certificate';
  const broken = blocks.findIndex((block) => {
    try {
      return new X509Certificate(block).raw.length === 0;
    } catch {
      return true;
    }
  });
  return broken < 0 ? undefined : `its certificate ${broken + 1} is broken`;
}
