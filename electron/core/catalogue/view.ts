import type { CatalogueView, ToolClass, ToolEntry } from '../../contract/bridge.ts';
import type { SavedCatalogue } from './saved.ts';

type Listed = Record<string, unknown>;

const textIn = (entry: Listed, key: string): string => {
  const value = entry[key];
  return typeof value === 'string' ? value : '';
};

/** What a back end offers beside tools, for people to look at; words of a stranger. */
export function listedBeside(
  saved: Pick<SavedCatalogue, 'resources' | 'templates' | 'prompts'>,
): Pick<CatalogueView, 'resources' | 'templates' | 'prompts'> {
  const read = (list: readonly string[]) => list.map((text) => ({ text, entry: JSON.parse(text) as Listed }));
  return {
    resources: read(saved.resources).map(({ text, entry }) => ({
      uri: String(entry['uri']),
      name: textIn(entry, 'name'),
      definition: text,
    })),
    templates: read(saved.templates).map(({ text, entry }) => ({
      uriTemplate: textIn(entry, 'uriTemplate'),
      name: textIn(entry, 'name'),
      definition: text,
    })),
    prompts: read(saved.prompts ?? []).map(({ text, entry }) => ({
      name: textIn(entry, 'name'),
      definition: text,
    })),
  };
}

/** Why a tool has its class: see `ToolEntry.why`. */
export function whyOf(
  toolClass: ToolClass,
  ofTable: ToolClass,
  approvedAs: ToolClass | null,
): NonNullable<ToolEntry['why']> {
  if (toolClass === 'unknown') return 'nobody';
  if (toolClass === ofTable) return 'table';
  return toolClass === approvedAs ? 'person' : 'server';
}
