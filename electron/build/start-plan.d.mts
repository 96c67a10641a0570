export function chooseNode(found: {
  own: string;
  bundled: string | undefined;
}): { node: 'bundled' | 'own' } | { problem: string };
export function chooseShell(machine: {
  platform: string;
  env: Readonly<Record<string, string | undefined>>;
  hasRuntime: boolean;
}): { shell: 'electron' | 'download' } | { shell: 'browser'; why: string };
export function insteadLine(why: string): string;
export function lastWords(output: string): string;
