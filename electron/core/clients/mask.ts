const MASK = '•••';

/** Names under which secrets stand, in any of the spellings of environments and command lines. */
const SECRET_NAME =
  /(?:api[_-]?key|access[_-]?key|private[_-]?key|[_-]key$|^-*key$|token|secret|passw|pwd|auth(?:orization)?$|credential|cookie|bearer)/i;

/** Well-known prefixes of secrets, long runs without a path's or a word's structure, and passwords in addresses. */
const SECRET_VALUE =
  /^(?:sk-|pk_|rk_|ghp_|gho_|github_pat_|glpat-|xox[abp]-|AKIA|eyJ|Bearer |Basic )|^(?=.*\d)(?=.*[a-z])[A-Za-z0-9_+=-]{24,}$|:\/\/[^/\s]*:[^/\s]*@/i;

const isSecret = (name: string, value: string) => SECRET_NAME.test(name) || SECRET_VALUE.test(value);

/** The words after a command, with those masked that look like a secret by themselves or by the option before them. */
export function maskWords(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const before = words[index - 1] ?? '';
    if (/^--?[\w-]+$/.test(before) && SECRET_NAME.test(before) && !word.startsWith('-')) return MASK;
    const [, name, sign, value] = /^(-{0,2}[\w.-]+)([=:])\s*(.+)$/s.exec(word) ?? [];
    if (name !== undefined && value !== undefined && isSecret(name, value)) return `${name}${sign}${MASK}`;
    return SECRET_VALUE.test(word) ? MASK : word;
  });
}

// no alternative is repeated by the character: a text of megabytes would overflow the stack
const PAIR = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:\s*)"([^"\\]*(?:\\.[^"\\]*)*)"/g;
const TEXT = /"([^"\\]*(?:\\.[^"\\]*)*)"/g;

/**
 * JSON text for the screen, without what looks like a secret of somebody else's: what is looked at here is the change
 * of ours, which never holds one. Both sides of a diff are masked alike, and a changed line stays a changed line.
 */
export function maskJson(text: string): string {
  return text
    .replace(PAIR, (whole, name: string, colon: string, value: string) =>
      isSecret(name, value) ? `"${name}"${colon}"${MASK}"` : whole,
    )
    .replace(TEXT, (whole, value: string) => (SECRET_VALUE.test(value) ? `"${MASK}"` : whole));
}
