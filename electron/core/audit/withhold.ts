import type { AuditInput } from './entry.ts';

const MAX_ARGS = 16 << 10;
const SECRET_NAME =
  /"[^"]{0,64}(?:pass(?:word|phrase|wd)?|secret|token|api[_-]?key|authorization|credential|private[_-]?key|pin|otp)[^"]{0,64}"\s*:/i;

/**
 * What may be kept of an entry: arguments that look secret are left out together with their hash (a short secret
 * can be found from its hash by trying), long ones are left out with their hash kept, and free text is masked.
 */
export function withoutSecrets(
  input: AuditInput,
  redact: { text(value: string): string } | undefined,
): AuditInput {
  const mask = (text: string): string => redact?.text(text) ?? text;
  const { args, argsHash, ...rest } = input;
  const masked: AuditInput = rest.detail === undefined ? rest : { ...rest, detail: mask(rest.detail) };
  const hash = argsHash === undefined ? {} : { argsHash };
  const remark = (text: string) => ({ detail: [masked.detail, text].filter(Boolean).join(' ') });
  if (args === undefined) return { ...masked, ...hash };
  if (SECRET_NAME.test(args) || mask(args) !== args)
    return { ...masked, ...remark('(arguments withheld: they look secret)') };
  if (args.length > MAX_ARGS)
    return { ...masked, ...hash, ...remark(`(arguments left out: ${args.length} characters)`) };
  return { ...masked, ...hash, args };
}
