/** One step of a wildcard pattern: any run of characters, or a test of the next one. */
type Step = 'any' | ((char: string) => boolean);

/** Whether the steps cover the whole text. Goes back to the last star only, so a hostile pattern costs no more than n × m. */
export function covers(steps: readonly Step[], text: string): boolean {
  let [at, step, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    const here = steps[step];
    if (here === 'any') [star, mark] = [step++, at];
    else if (here?.(text.charAt(at))) [at, step] = [at + 1, step + 1];
    else if (star >= 0) [step, at] = [star + 1, ++mark];
    else return false;
  }
  return steps.slice(step).every((each) => each === 'any');
}

/** Whether a text fits a pattern of `*` and `?`, as ssh_config(5) has them; upper and lower case differ. */
export function matchesPattern(text: string, pattern: string): boolean {
  const steps = pattern.split('').map((char): Step => {
    if (char === '*') return 'any';
    return char === '?' ? () => true : (other) => other === char;
  });
  return covers(steps, text);
}

/** What a list of patterns says of a text; `by` is the pattern that it fits. A negated one that fits beats all others. */
export function matchesList(text: string, patterns: readonly string[]): { by: string } | undefined {
  let by: string | undefined;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern(text, negated ? pattern.slice(1) : pattern)) continue;
    if (negated) return undefined;
    by ??= pattern;
  }
  return by === undefined ? undefined : { by };
}

/** Whether a pattern names something, rather than everything: `web-*` does, `*` and `??*` do not. */
export function isSpecific(pattern: string): boolean {
  return /[^*?]/.test(pattern);
}
