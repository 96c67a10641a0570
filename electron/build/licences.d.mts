export function licencesText(
  root: string,
  found: { bundled: Iterable<string>; loaded: readonly string[] },
): Promise<string>;
