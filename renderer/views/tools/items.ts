import type { CatalogueView, ToolEntry } from '../../../electron/contract/bridge.ts';

type Template = NonNullable<CatalogueView['templates']>[number];
type Prompt = NonNullable<CatalogueView['prompts']>[number];

/** One line of the list; `key` is what the route keeps. */
export type Item =
  | { kind: 'tool'; key: string; name: string; tool: ToolEntry }
  | { kind: 'resource'; key: string; name: string; resource: CatalogueView['resources'][number] }
  | { kind: 'template'; key: string; name: string; template: Template }
  | { kind: 'prompt'; key: string; name: string; prompt: Prompt };

const ORDER = ['changed', 'new', 'listed', 'blocked'] as const;

/** All that a back end offers: tools that wait for a person first, then by name. */
export function itemsOf(catalogue: CatalogueView): Item[] {
  const tools = catalogue.tools.toSorted(
    (a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.name.localeCompare(b.name),
  );
  return [
    ...tools.map((tool): Item => ({ kind: 'tool', key: `tool ${tool.name}`, name: tool.name, tool })),
    ...catalogue.resources.map((resource): Item => ({
      kind: 'resource',
      key: `resource ${resource.uri}`,
      name: resource.uri,
      resource,
    })),
    ...(catalogue.templates ?? []).map((template): Item => ({
      kind: 'template',
      key: `template ${template.uriTemplate}`,
      name: template.uriTemplate,
      template,
    })),
    ...(catalogue.prompts ?? []).map((prompt): Item => ({
      kind: 'prompt',
      key: `prompt ${prompt.name}`,
      name: prompt.name,
      prompt,
    })),
  ];
}

function textIn(definition: string | undefined, key: string): string {
  try {
    const value = (JSON.parse(definition ?? '{}') as Record<string, unknown>)[key];
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}

export const definitionOf = (item: Item): string | undefined =>
  item.kind === 'tool'
    ? item.tool.definition
    : item.kind === 'resource'
      ? item.resource.definition
      : item.kind === 'template'
        ? item.template.definition
        : item.prompt.definition;

/** What the server says it is, cut where it goes on for pages. */
export function descriptionOf(item: Item): string {
  return textIn(definitionOf(item), 'description').slice(0, 8_000);
}

/** Items whose name, description or kind have all the words. */
export function found(items: readonly Item[], query: string): Item[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...items];
  return items.filter((item) => {
    const text = `${item.kind} ${item.name} ${descriptionOf(item)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
