import path from 'node:path';
import { parseSync } from 'rolldown/utils';

export interface Import {
  /** As written: `node:fs`, `zod`, `../core/app.ts`. */
  specifier: string;
  /** `import type` or `export type`: gone at run time. */
  typeOnly: boolean;
}

interface Node {
  type: string;
  [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value;

function visit(node: unknown, found: Import[]): void {
  if (Array.isArray(node)) {
    for (const one of node) visit(one, found);
    return;
  }
  if (!isNode(node)) return;
  const source = node['source'] as { value?: unknown } | null | undefined;
  const specifier = source?.value;
  if (typeof specifier === 'string') {
    const kind = node['importKind'] ?? node['exportKind'];
    found.push({ specifier, typeOnly: kind === 'type' });
  }
  for (const value of Object.values(node)) if (typeof value === 'object') visit(value, found);
}

/** Every import, re-export and `import()` of a module's text. */
export function importsOf(file: string, text: string): Import[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const found: Import[] = [];
  visit(program, found);
  return found;
}

/** `electron/core/link/machine.ts` belongs to `core/link`; files right in a folder of several parts to the folder. */
function layerOf(file: string): string {
  const parts = file.split('/');
  if (parts[0] === 'renderer') return parts[1] === 'vite.config.ts' ? 'build' : 'renderer';
  if (parts.length === 2) return `entry:${parts[1]}`;
  if (parts[1] === 'core' && parts.length > 3) return `core/${parts[2]}`;
  return parts[1] ?? '';
}

/** The package of a bare specifier: `@orpc/server/ws` is `@orpc/server`. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

export interface Rule {
  /** Layers this one may import code from; its own is always allowed. `core/*` means every domain folder. */
  code: readonly string[];
  /** Layers it may import types from, beside those. */
  types?: readonly string[];
  /** Packages; `node:` stands for Node's own. */
  packages: readonly string[];
  /** Of a layer it may import, only these files' code (types of all of them). */
  only?: Readonly<Record<string, readonly string[]>>;
}

const fits = (layer: string, allowed: readonly string[]): boolean =>
  allowed.includes(layer) || (layer.startsWith('core/') && allowed.includes('core/*'));

export interface Table {
  rules: Readonly<Record<string, Rule>>;
  /** Packages whose code sits behind named files. A trailing slash means a folder. */
  behind: Readonly<Record<string, readonly string[]>>;
}

function ruleFor(layer: string, table: Table): Rule | undefined {
  return table.rules[layer] ?? (layer.startsWith('core/') ? table.rules['core/*'] : undefined);
}

function judgePackage(file: string, one: Import, rule: Rule, table: Table): string | undefined {
  const name = one.specifier.startsWith('node:') ? 'node:' : packageOf(one.specifier);
  if (!rule.packages.includes(name)) return `${file} may not import ${one.specifier}`;
  const behind = table.behind[name];
  if (!behind || one.typeOnly) return undefined;
  if (behind.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place)))
    return undefined;
  return `${file} imports ${one.specifier}, which belongs behind ${behind.join(' or ')}`;
}

function judgeFile(file: string, one: Import, rule: Rule): string | undefined {
  const target = path.posix.join(path.posix.dirname(file), one.specifier);
  const [from, to] = [layerOf(file), layerOf(target)];
  if (from === to) return undefined;
  if (one.typeOnly && (fits(to, rule.types ?? []) || fits(to, rule.code))) return undefined;
  if (!fits(to, rule.code)) return `${file} may not import ${one.typeOnly ? 'types' : 'code'} of ${target}`;
  const only = rule.only?.[to];
  if (only && !only.includes(target)) return `${file} may import only types of ${target}`;
  return undefined;
}

/** Every breach of the table, one sentence each; empty when all is well. */
export function breaches(files: Readonly<Record<string, string>>, table: Table): string[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const rule = ruleFor(layerOf(file), table);
    if (!rule) return [`${file} is in no layer of the table`];
    return importsOf(file, text).flatMap((one) => {
      // assets of the page: styles and pictures
      if (/\.(css|svg|png)(\?\w+)?$/.test(one.specifier) && layerOf(file) === 'renderer') return [];
      return (
        (one.specifier.startsWith('.') ? judgeFile(file, one, rule) : judgePackage(file, one, rule, table)) ??
        []
      );
    });
  });
}
