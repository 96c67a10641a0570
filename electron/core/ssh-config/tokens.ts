import type { SshSurroundings } from './surroundings.ts';

/** Values of `%` tokens by their letter. */
export type Tokens = Readonly<Record<string, string>>;

/** A text with its expansion, or what is wrong with it. */
export type Expansion = { text: string } | { problem: string };

/** `%x` and `${NAME}` replaced; `${NAME}` only where `env` is given. What a value brings in is not expanded again. */
export function expandTokens(text: string, tokens: Tokens, env?: NodeJS.ProcessEnv): Expansion {
  let problem: string | undefined;
  const pattern = env ? /\$\{([^}]*)\}|\$\{.*|%(.?)/gsu : /%(.?)/gsu;
  const result = text.replace(pattern, (whole, ...groups: (string | undefined)[]) => {
    const [name, letter] = env ? groups : [undefined, groups[0]];
    const value = whole.startsWith('$') ? env?.[name ?? ''] : letter === '%' ? '%' : tokens[letter ?? ''];
    if (value !== undefined) return value;
    problem ??= whole.startsWith('$') ? `${whole} has no value` : `"${whole}" is no token that is known here`;
    return '';
  });
  return problem === undefined ? { text: result } : { problem };
}

/**
 * A path as ssh expands it: a leading `~` as the user's home folder (another user's is not looked up), tokens and the
 * environment in the rest.
 */
export function expandPath(text: string, tokens: Tokens, around: SshSurroundings): Expansion {
  const { userHome, userName, env } = around;
  const [tilde, name = '', rest = text] = /^~([^/\\]*)[/\\]*(.*)$/s.exec(text) ?? [];
  if (tilde === undefined) return expandTokens(text, tokens, env);
  if (name !== '' && name !== userName) return { problem: `~${name} is another user's folder` };
  const expanded = expandTokens(rest, tokens, env);
  return 'problem' in expanded ? expanded : { text: `${userHome.replace(/[/\\]$/, '')}/${expanded.text}` };
}

/** The tokens that do not depend on the host. */
export function localTokens({ userHome, userName, uid, localHost }: SshSurroundings): Tokens {
  const [short = ''] = localHost.split('.');
  return { d: userHome, u: userName, i: String(uid ?? 0), l: localHost, L: short };
}
