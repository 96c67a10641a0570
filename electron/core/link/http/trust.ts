import { createHash } from 'node:crypto';
import tls from 'node:tls';

/** Profiles with a CA file of their own are few. */
const KEPT = 8;

/**
 * The TLS contexts of this process, one for each set of trusted CAs: reading the system's CAs takes 50 ms and building
 * a context from them 15 ms and 1 MB, so that a link dialled anew must not do it again. Contexts hold no keys and no
 * sessions. A CA that is installed in the system meanwhile counts after a restart of the app, as Node reads them once.
 */
class TrustSets {
  readonly #contexts = new Map<string, tls.SecureContext>();
  #system: readonly string[] | undefined;

  /** Trusts the system's CAs, Node's own, and `ca` (PEM text) beside them. Throws for text that is no certificate. */
  of(ca: string | undefined): tls.SecureContext {
    const key = ca === undefined ? '' : createHash('sha256').update(ca).digest('hex');
    const found = this.#contexts.get(key);
    if (found) return found;
    this.#system ??= [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])];
    const context = tls.createSecureContext({
      ca: ca === undefined ? [...this.#system] : [...this.#system, ca],
      minVersion: 'TLSv1.2',
    });
    const [oldest] = [...this.#contexts.keys()].filter((one) => one !== '');
    if (this.#contexts.size >= KEPT && oldest !== undefined) this.#contexts.delete(oldest);
    this.#contexts.set(key, context);
    return context;
  }
}

/** One per process: what it keeps is the same for every profile and holds nothing of any. */
export const trustSets = new TrustSets();
