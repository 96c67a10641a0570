import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const OPENSSL = '/usr/bin/openssl';

export const opensslAvailable = fs.existsSync(OPENSSL);

export interface ServerCertificate {
  /** PEM files. */
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate, hex with colons. */
  readonly sha256: string;
}

export interface TestCa {
  readonly dir: string;
  /** PEM file of the CA's certificate. */
  readonly caFile: string;
  /** A server certificate for `names` (DNS names or IP addresses), valid now, expired since yesterday, or from tomorrow on. */
  issue(
    name: string,
    options?: { names?: readonly string[]; expired?: boolean; future?: boolean; days?: number },
  ): ServerCertificate;
  /** A certificate that signs itself. */
  selfSigned: (name: string, names?: readonly string[]) => ServerCertificate;
  remove: () => void;
}

const EC = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';

/** Runs openssl in `dir`; the arguments are words without blanks. */
function openssl(dir: string, words: string): void {
  execFileSync(OPENSSL, words.split(' '), { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
}

function subjectAlt(names: readonly string[]): string {
  const entry = (name: string) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`);
  return `subjectAltName=${names.map(entry).join(',')}`;
}

function certificate(dir: string, name: string): ServerCertificate {
  const cert = path.join(dir, `${name}.pem`);
  const sha256 = new X509Certificate(fs.readFileSync(cert)).fingerprint256;
  return { cert, key: path.join(dir, `${name}.key`), sha256 };
}

const stamp = (at: number) =>
  new Date(at)
    .toISOString()
    .replace(/[-:T]|\.\d+/g, '')
    .slice(2);

/** Signs NAME.csr for a month that begins tomorrow; only `openssl ca` takes a beginning in all versions. */
function issueLater(dir: string, name: string): void {
  const config = `[ca]\ndefault_ca=test\n[test]\ndatabase=${name}.db\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n`;
  fs.writeFileSync(path.join(dir, `${name}.cnf`), config);
  fs.writeFileSync(path.join(dir, `${name}.db`), '');
  const [from, to] = [Date.now() + 86_400_000, Date.now() + 31 * 86_400_000].map(stamp);
  const files = `-config ${name}.cnf -in ${name}.csr -out ${name}.pem -cert ca.pem -keyfile ca.key -extfile ${name}.ext`;
  openssl(dir, `ca -batch -notext ${files} -startdate ${from} -enddate ${to}`);
}

const LOCAL = ['localhost', '127.0.0.1'];

/** Makes a CA in a temp folder, at run time, so that no key material lies in the repository. Names are plain words. */
export function makeCa(): TestCa {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-tls-'));
  const root = '-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign';
  openssl(dir, `req -x509 ${EC} -keyout ca.key -out ca.pem -days 30 -subj /CN=Test-CA ${root}`);
  return {
    dir,
    caFile: path.join(dir, 'ca.pem'),
    issue: (name, { names = LOCAL, expired = false, future = false, days: valid = 30 } = {}) => {
      fs.writeFileSync(path.join(dir, `${name}.ext`), `${subjectAlt(names)}\n`);
      openssl(dir, `req ${EC} -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
      // a negative number of days ends the validity before it began
      const days = expired ? '-1' : String(valid);
      const signer = '-CA ca.pem -CAkey ca.key -CAcreateserial';
      if (future) {
        issueLater(dir, name);
        return certificate(dir, name);
      }
      openssl(dir, `x509 -req -in ${name}.csr ${signer} -out ${name}.pem -days ${days} -extfile ${name}.ext`);
      return certificate(dir, name);
    },
    selfSigned: (name, names = LOCAL) => {
      const subject = `-subj /CN=${name} -addext ${subjectAlt(names)}`;
      openssl(dir, `req -x509 ${EC} -keyout ${name}.key -out ${name}.pem -days 30 ${subject}`);
      return certificate(dir, name);
    },
    remove: () => fs.rmSync(dir, { recursive: true, force: true }),
  };
}
