import { useAction, useApp, useProfile, useProfileName } from '../../api/app-context.tsx';
import type { Entry } from '../../api/ui-store.ts';

/** Each tool, resource and prompt of the profile on screen: to look at, try, approve or block. */
export function useToolEntries(): Entry[] {
  const { ui } = useApp();
  const act = useAction();
  const profile = useProfileName();
  const catalogue = useProfile((p) => p.catalogue);
  if (catalogue === undefined || profile === null) return [];
  const look = (kind: string, name: string, label = name.slice(0, 120)): Entry => ({
    label,
    group: kind,
    run: () => ui.go({ page: 'tools', item: `${kind.toLowerCase()} ${name}` }),
  });
  const waiting = catalogue.tools.filter(({ status }) => status === 'new' || status === 'changed');
  return [
    // the definition is looked at before it is approved
    ...waiting.map(({ name }) => look('Tool', name, `Look at and approve ${name.slice(0, 90)}…`)),
    ...catalogue.tools.map(({ name }) => look('Tool', name)),
    ...catalogue.resources.map(({ uri }) => look('Resource', uri)),
    ...(catalogue.templates ?? []).map(({ uriTemplate }) => look('Template', uriTemplate)),
    ...(catalogue.prompts ?? []).map(({ name }) => look('Prompt', name)),
    ...catalogue.tools
      .filter(({ status }) => status !== 'blocked')
      .map(({ name }) => ({
        label: `Block ${name.slice(0, 100)}`,
        group: 'Tools',
        run: () => void act((c) => c.tools.block({ profile, tools: [name] }), `Blocked ${name}.`),
      })),
  ];
}
