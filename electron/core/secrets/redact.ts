const MASK = '[redacted]';
const MIN_SECRET = 4;
const MAX_SECRETS = 500;
const MAX_DEPTH = 8;
const MAX_ITEMS = 200;
const MAX_TEXT = 16_384;

const SECRET_FIELD =
  /^(?:.*[_-])?(?:authorization|cookie|set-cookie|password|passwd|passphrase|secret|token|api[_-]?key|apikey|private[_-]?key|privatekey|credentials?|session[_-]?id)$/i;
const SECRET_CAMEL = /(?:Password|Passphrase|Secret|Token|ApiKey|PrivateKey|Authorization|Cookie)$/;

/** Shapes of secrets that may come from elsewhere than our vault. */
const PATTERNS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, MASK],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${MASK}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, MASK],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@"']+@/gi, `$1${MASK}@`],
  [
    /([?&#](?:access_|refresh_|id_)?(?:token|api[_-]?key|key|secret|password|code|sig|signature)=)[^\s&#"']+/gi,
    `$1${MASK}`,
  ],
  [
    /("?\b(?:authorization|x-api-key|cookie|password|passphrase)"?\s*[:=]\s*)("?)[^\s",;}]{3,}\2/gi,
    `$1$2${MASK}$2`,
  ],
];

/** A secret as it may appear in text: as it is, in JSON, in a URL, in base64. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const inJson = JSON.stringify(value).slice(1, -1);
  const all = [value, inJson, encodeURIComponent(value.toWellFormed())];
  if (bytes.length >= 6) all.push(bytes.toString('base64'), bytes.toString('base64url'));
  for (const line of value.includes('\n') ? value.split(/\r?\n/) : []) if (line.length >= 20) all.push(line);
  return all;
}

/**
 * The one place where secrets are masked before anything is logged or recorded: values the vault handed out this
 * session, known shapes (Bearer, JWT, private keys, credentials in URLs), and fields by their name.
 */
export class Redactor {
  #literals: string[] = [];

  /** Masks this value from now on, in each spelling. Shorter than 4 characters it would mask ordinary words. */
  register(value: string): void {
    if (value.length < MIN_SECRET || this.#literals.includes(value)) return;
    const all = new Set([...this.#literals, ...spellings(value)]);
    // the longest first, so that no part of a longer secret stays
    this.#literals = [...all].sort((a, b) => b.length - a.length).slice(0, MAX_SECRETS);
  }

  text(value: string): string {
    let text = value;
    for (const literal of this.#literals) if (text.includes(literal)) text = text.replaceAll(literal, MASK);
    for (const [pattern, mask] of PATTERNS) text = text.replace(pattern, mask);
    return text;
  }

  /** A plain copy with everything masked; errors with their stack and causes; cycles and depth cut. */
  value(input: unknown): unknown {
    return this.#copy(input, 0, new Set());
  }

  #copy(input: unknown, depth: number, above: ReadonlySet<unknown>): unknown {
    if (typeof input === 'string') return shortened(this.text(input));
    if (typeof input === 'bigint' || typeof input === 'symbol') return String(input);
    if (typeof input === 'function') return '[function]';
    return typeof input === 'object' && input !== null ? this.#object(input, depth, above) : input;
  }

  #object(input: object, depth: number, above: ReadonlySet<unknown>): unknown {
    if (above.has(input)) return '[circular]';
    if (depth > MAX_DEPTH) return '[deep]';
    if (ArrayBuffer.isView(input)) return `[${input.byteLength} bytes]`;
    if (input instanceof Date) return Number.isNaN(input.getTime()) ? 'invalid date' : input.toISOString();
    if (input instanceof URL) return this.text(input.href);
    const inside = new Set([...above, input]);
    if (Array.isArray(input) || input instanceof Set)
      return [...input].slice(0, MAX_ITEMS).map((item: unknown) => this.#copy(item, depth + 1, inside));
    if (input instanceof Error) return this.#error(input, depth, inside);
    const fields: [unknown, unknown][] = input instanceof Map ? [...input] : Object.entries(input);
    return this.#fields(fields.slice(0, MAX_ITEMS), depth, inside);
  }

  #error(error: Error, depth: number, inside: ReadonlySet<unknown>): unknown {
    const { name, message, stack, cause } = error;
    const own = Object.entries(error).filter(([key]) => key !== 'cause' && key !== 'stack');
    const errors: [string, unknown][] = error instanceof AggregateError ? [['errors', error.errors]] : [];
    const basic: [string, unknown][] = [
      ['name', name],
      ['message', message],
      ['stack', stack],
    ];
    const causes: [string, unknown][] = cause === undefined ? [] : [['cause', cause]];
    return this.#fields([...own, ...basic, ...errors, ...causes], depth, inside);
  }

  #fields(
    fields: readonly (readonly [unknown, unknown])[],
    depth: number,
    inside: ReadonlySet<unknown>,
  ): unknown {
    const copied = fields.map(([name, value]) => {
      const key = String(name);
      const secret = (SECRET_FIELD.test(key) || SECRET_CAMEL.test(key)) && isWorthMasking(value);
      return [this.text(key), secret ? MASK : this.#copy(value, depth + 1, inside)] as const;
    });
    return Object.fromEntries(copied);
  }
}

/** Cut only after masking, so that no half of a secret stays. */
function shortened(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}

/** Flags and counts under such a name, e.g. `token: true`, say nothing. */
function isWorthMasking(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '' && typeof value !== 'boolean';
}

export function createRedactor(): Redactor {
  return new Redactor();
}
