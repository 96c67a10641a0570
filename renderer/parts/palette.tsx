import { useId, useMemo, useState } from 'react';
import { useAction, useApp, useMirror, useProfile, useProfileName, useUi } from '../api/app-context.tsx';
import type { App } from '../api/app-context.tsx';
import { sendStop } from '../api/stop.ts';
import { PAGES, SECTIONS } from '../api/ui-store.ts';
import { linkActions } from '../../electron/contract/present.ts';
import type { LinkState } from '../../electron/contract/link.ts';
import { useCanCloseAll } from './close-everything.tsx';
import { Overlay } from './overlay.tsx';
import { PAGE_WORDS, SECTION_WORDS } from './pages.ts';

interface Entry {
  label: string;
  group: string;
  run: () => void;
}

/** Entries whose words all occur in the label, in the given order. */
function matching<T extends { label: string; group: string }>(entries: readonly T[], query: string): T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const text = `${entry.label} ${entry.group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function pageEntries({ ui }: App): Entry[] {
  return [
    ...PAGES.map((page) => ({ label: PAGE_WORDS[page].label, group: 'Go to', run: () => ui.go({ page }) })),
    {
      label: 'Audit trail',
      group: 'Activity',
      run: () => ui.go({ page: 'activity', activity: 'audit' }),
    },
    ...SECTIONS.map((section) => ({
      label: SECTION_WORDS[section],
      group: 'Connections',
      run: () => ui.go({ page: 'connections', section }),
    })),
  ];
}

function settingEntries({ ui }: App): Entry[] {
  return [
    ...(['system', 'light', 'dark'] as const).map((theme) => ({
      label: `Theme: ${theme}`,
      group: 'Look',
      run: () => ui.setTheme(theme),
    })),
    { label: 'Keyboard help', group: 'Look', run: () => ui.store.setState({ helpOpen: true }) },
  ];
}

function useLinkEntries(profile: string | null, link: LinkState | undefined): Entry[] {
  const act = useAction();
  if (profile === null || link === undefined) return [];
  const can = linkActions(link);
  const entry = (label: string, run: () => Promise<boolean>): Entry => ({
    label: `${label} ${profile}`,
    group: 'Link',
    run: () => void run(),
  });
  return [
    ...(can.connect ? [entry('Connect', () => act((c) => c.links.connect({ profile, waitMs: 0 })))] : []),
    ...(can.retry ? [entry('Retry now', () => act((c) => c.links.retry({ profile })))] : []),
    ...(can.disconnect ? [entry('Disconnect', () => act((c) => c.links.disconnect({ profile })))] : []),
  ];
}

const NONE: readonly string[] = [];

function useEntries(): Entry[] {
  const app = useApp();
  const profile = useProfileName();
  const order = useMirror((s) => s.app?.order ?? NONE);
  const links = useLinkEntries(
    profile,
    useProfile((p) => p.link),
  );
  const canClose = useCanCloseAll(profile);
  const stop: Entry[] =
    profile === null
      ? []
      : [{ label: `Stop trading on ${profile}`, group: 'Emergency', run: () => void sendStop(app, profile) }];
  if (profile !== null && canClose)
    stop.push({
      label: `Close everything on ${profile}…`,
      group: 'Emergency',
      run: () => app.ui.store.setState({ closing: profile }),
    });
  const switches = order
    .filter((name) => name !== profile)
    .map((name) => ({ label: `Show ${name}`, group: 'Profile', run: () => app.ui.go({ profile: name }) }));
  return [...pageEntries(app), ...links, ...switches, ...stop, ...settingEntries(app)];
}

function Option(props: {
  id: string;
  entry: Entry;
  active: boolean;
  onPick: () => void;
  onHover: () => void;
}) {
  return (
    <li
      id={props.id}
      role="option"
      aria-selected={props.active}
      ref={(element) => {
        if (props.active) element?.scrollIntoView({ block: 'nearest' });
      }}
      className="mx-2 flex h-8 items-center justify-between gap-4 rounded-md px-3 aria-selected:bg-selected"
      onClick={props.onPick}
      onPointerMove={props.onHover}
    >
      <span className="truncate">{props.entry.label}</span>
      <span className="text-sm text-quiet">{props.entry.group}</span>
    </li>
  );
}

function List({ close }: { close: () => void }) {
  const id = useId();
  const entries = useEntries();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const found = useMemo(() => matching(entries, query), [entries, query]);
  const at = Math.min(active, found.length - 1);
  const pick = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    close();
    entry.run();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setActive((at + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      pick(found[at]);
    }
  };
  return (
    <>
      <input
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-label="Search pages and actions"
        aria-activedescendant={found.length === 0 ? undefined : `${id}-${at}`}
        placeholder="Search pages and actions"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        className="h-12 w-full border-b border-line bg-transparent px-5 text-lg outline-none"
      />
      <ul id={id} role="listbox" aria-label="Pages and actions" className="max-h-80 overflow-y-auto py-2">
        {found.map((entry, i) => (
          <Option
            key={`${entry.group}/${entry.label}`}
            id={`${id}-${i}`}
            entry={entry}
            active={i === at}
            onPick={() => pick(entry)}
            onHover={() => setActive(i)}
          />
        ))}
        {found.length === 0 ? <li className="px-5 py-3 text-quiet">Nothing is called that.</li> : null}
      </ul>
    </>
  );
}

/** Every page and action by name. */
export function Palette() {
  const { ui } = useApp();
  const open = useUi((s) => s.paletteOpen);
  const close = () => ui.store.setState({ paletteOpen: false });
  return (
    <Overlay open={open} onClose={close} title="Search pages and actions" hideTitle testId="palette">
      {open ? <List close={close} /> : null}
    </Overlay>
  );
}
