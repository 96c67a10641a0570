import type { MODERN_LIST } from '../../stub/era.ts';
import { classicTools } from './classic-tools.ts';
import type { Classify } from './rules.ts';
import { isListed } from './rules.ts';
import type { SavedCatalogue } from './saved.ts';
import { renamed, shownText } from './shown.ts';

const MODERN_TOOLS: typeof MODERN_LIST = 'tools/list 2026-07-28';

export type ListKind = 'tools' | 'resources' | 'prompts';

/** What the app itself adds to every profile's lists, JSON texts. */
export interface OwnEntries {
  tools: readonly string[];
  resources: readonly string[];
}

export const nameOf = (text: string) => (JSON.parse(text) as { name?: unknown }).name;
export const uriOf = (text: string) => (JSON.parse(text) as { uri?: unknown }).uri;

/** What clients are answered, by method: definitions as the server wrote them but for hidden characters and names that clients refuse. */
export function served(
  saved: SavedCatalogue,
  own: OwnEntries,
  aliases: ReadonlyMap<string, string>,
  classify: Classify,
): Record<string, string> {
  const ownNames = new Set(own.tools.map(nameOf));
  const listed = saved.tools.filter((tool) => !ownNames.has(tool.name) && isListed(tool, classify));
  const tools = listed.map(({ name, definition }) => {
    const shown = shownText(definition);
    const alias = aliases.get(name);
    return alias === undefined ? shown : renamed(shown, alias);
  });
  const uris = new Set(saved.resources.map(uriOf));
  const addressed = (texts: readonly string[]) => texts.map((text) => shownText(text, 'as prose'));
  const resources = [
    ...addressed(saved.resources),
    ...own.resources.filter((text) => !uris.has(uriOf(text))),
  ];
  const prompts = (saved.prompts ?? []).map((text) => shownText(text));
  const list = (key: string, entries: readonly string[]) => `{"${key}":[${entries.join(',')}]}`;
  const all = list('tools', [...tools, ...own.tools]);
  const classic = classicTools(all);
  return {
    ...(saved.initialize === null ? {} : { initialize: shownText(saved.initialize) }),
    'tools/list': classic,
    ...(classic === all ? {} : { [MODERN_TOOLS]: all }),
    'resources/list': list('resources', resources),
    'resources/templates/list': list('resourceTemplates', addressed(saved.templates)),
    'prompts/list': list('prompts', prompts),
  };
}

export function changedKinds(before: Record<string, string>, after: Record<string, string>): ListKind[] {
  const differs = (...methods: string[]) => methods.some((method) => before[method] !== after[method]);
  const kinds: ListKind[] = [];
  if (differs('tools/list', MODERN_TOOLS)) kinds.push('tools');
  if (differs('resources/list', 'resources/templates/list')) kinds.push('resources');
  if (differs('prompts/list')) kinds.push('prompts');
  return kinds;
}
