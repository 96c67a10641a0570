import type { AuditInput } from './entry.ts';

const MAX_ARGS = 16 << 10;
const MAX_DEPTH = 64;

/** Words that make a field's name secret wherever they stand in it, and short ones that count as a word of its own. */
const SECRET_PART =
  /pass(?:word|phrase|wd|code)|secret|token|api[_-]?key|authorization|credential|private[_-]?key|cookie|mnemonic|seed[_-]?phrase/i;
const SECRET_WORD =
  /(?:^|[_\W]|(?<=[a-z])(?=[A-Z]))(?:pass|pwd|pin|otp|totp|cvv|cvc|Pass|Pwd|Pin|Otp)(?![a-z])/;
const SECRET_LINE =
  /"[^"]{0,64}(?:pass(?:word|phrase|wd|code)?|secret|token|api[_-]?key|authorization|credential|private[_-]?key|pin|otp)[^"]{0,64}"\s*:/i;

type Mask = (text: string) => string;

const secretName = (name: string): boolean =>
  SECRET_PART.test(name) || SECRET_WORD.test(name) || SECRET_WORD.test(name.toLowerCase());

/** Looks at names and texts as they are meant, not as they are spelled: JSON can write any letter as an escape. */
function holdsSecret(value: unknown, mask: Mask, depth: number): boolean {
  if (typeof value === 'string') return mask(value) !== value;
  if (typeof value !== 'object' || value === null) return false;
  if (depth > MAX_DEPTH) return true;
  if (Array.isArray(value)) return value.some((item) => holdsSecret(item, mask, depth + 1));
  return Object.entries(value).some(
    ([name, item]) => secretName(name) || mask(name) !== name || holdsSecret(item, mask, depth + 1),
  );
}

function looksSecret(args: string, mask: Mask): boolean {
  if (mask(args) !== args) return true;
  try {
    return holdsSecret(JSON.parse(args), mask, 0);
  } catch {
    return SECRET_LINE.test(args);
  }
}

const FREE_TEXT = ['actor', 'tool', 'decision', 'outcome', 'id', 'detail'] as const;

/**
 * The one place where what may be kept of an entry is decided: arguments that look secret, by the name of a field
 * or by a value, are left out together with their hash (a short secret can be found from its hash by trying), long
 * ones are left out with their hash kept, and free text, some of it a client's own, is masked.
 */
export function withoutSecrets(
  input: AuditInput,
  redact: { text(value: string): string } | undefined,
): AuditInput {
  const mask: Mask = (text) => redact?.text(text) ?? text;
  const { args, argsHash, ...rest } = input;
  const masked: AuditInput = { ...rest };
  for (const name of FREE_TEXT) {
    const text = rest[name];
    if (text !== undefined) masked[name] = mask(text);
  }
  const hash = argsHash === undefined ? {} : { argsHash };
  const remark = (text: string) => ({ detail: [masked.detail, text].filter(Boolean).join(' ') });
  if (args === undefined) return { ...masked, ...hash };
  if (looksSecret(args, mask)) return { ...masked, ...remark('(arguments withheld: they look secret)') };
  if (args.length > MAX_ARGS)
    return { ...masked, ...hash, ...remark(`(arguments left out: ${args.length} characters)`) };
  return { ...masked, ...hash, args };
}
