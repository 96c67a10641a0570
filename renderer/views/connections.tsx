import type { ComponentType } from 'react';
import { useApp, useProfile, useUi } from '../api/app-context.tsx';
import type { Section } from '../api/ui-store.ts';
import { SECTIONS } from '../api/ui-store.ts';
import { SECTION_WORDS } from '../parts/pages.ts';
import { FormPage } from '../parts/form-page.tsx';
import { Panel } from '../parts/panel.tsx';
import { AddForm } from './connections/add-form.tsx';
import { LinkSection } from './connections/link-section.tsx';
import { NoProfile } from './no-profile.tsx';

function AddSection() {
  return (
    <Panel title="Add a connection">
      <AddForm kind="ssh" />
    </Panel>
  );
}

const VIEWS: Record<Section, ComponentType> = {
  link: LinkSection,
  add: AddSection,
};

function Tabs() {
  const { ui } = useApp();
  const section = useUi((s) => s.route.section);
  return (
    <nav aria-label="Connections" className="flex gap-1">
      {SECTIONS.map((one) => (
        <button
          key={one}
          type="button"
          aria-current={one === section ? 'page' : undefined}
          data-testid={`section-${one}`}
          onClick={() => ui.go({ section: one })}
          className="transition-quick flex h-7 items-center gap-2 rounded-md px-3 text-quiet hover:bg-hover aria-[current]:bg-selected aria-[current]:font-medium aria-[current]:text-text"
        >
          {SECTION_WORDS[one]}
        </button>
      ))}
    </nav>
  );
}

/** How the app reaches the droplet, and further droplets. */
export function Connections() {
  const section = useUi((s) => s.route.section);
  const known = useProfile(() => true) ?? false;
  const View = VIEWS[section];
  if (!known && section !== 'add') return <NoProfile />;
  return (
    <FormPage>
      <Tabs />
      <View />
    </FormPage>
  );
}
