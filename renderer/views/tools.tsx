import { useMemo, useState } from 'react';
import type { ToolClass, ToolEntry, ToolStatus } from '../../electron/contract/bridge.ts';
import type { Tone } from '../../electron/contract/present.ts';
import { useProfile } from '../api/app-context.tsx';
import { Age } from '../parts/age.tsx';
import { FilterInput } from '../parts/field.tsx';
import { hiddenCount } from '../parts/hidden-text.ts';
import { Empty, Panel } from '../parts/panel.tsx';
import { PlainText } from '../parts/plain-text.tsx';
import { StateWord } from '../parts/state-mark.tsx';
import { NoProfile } from './no-profile.tsx';
import { ToolDetail } from './tools/tool-detail.tsx';

const STATUS: Record<ToolStatus, { tone: Tone; label: string }> = {
  listed: { tone: 'live', label: 'Listed' },
  new: { tone: 'attention', label: 'New' },
  changed: { tone: 'attention', label: 'Changed' },
  blocked: { tone: 'off', label: 'Blocked' },
};
const CLASS: Record<ToolClass, string> = {
  read: 'reads',
  stop: 'reduces risk',
  start: 'adds risk, asks each time',
  unknown: 'unknown, asks each time',
};
const ORDER: readonly ToolStatus[] = ['changed', 'new', 'blocked', 'listed'];

function Row({ tool, open, onOpen }: { tool: ToolEntry; open: boolean; onOpen: () => void }) {
  const { tone, label } = STATUS[tool.status];
  const hidden = hiddenCount(tool.definition);
  return (
    <li className="border-t border-line" data-testid={`tool-${tool.name}`} data-status={tool.status}>
      <button
        type="button"
        aria-expanded={open}
        onClick={onOpen}
        className="transition-quick flex h-8 w-full items-center gap-3 px-4 text-left -outline-offset-2 hover:bg-hover aria-expanded:bg-selected"
      >
        <span className="w-24 shrink-0">
          <StateWord tone={tone} label={label} />
        </span>
        <code className="min-w-0 flex-1 truncate">
          <PlainText text={tool.name} />
        </code>
        {hidden === 0 ? null : <span className="font-medium text-danger">{hidden} hidden characters</span>}
        <span className="w-44 shrink-0 text-quiet">{CLASS[tool.class]}</span>
      </button>
      {open ? <ToolDetail key={tool.hash} tool={tool} /> : null}
    </li>
  );
}

function Catalogue() {
  const catalogue = useProfile((p) => p.catalogue);
  const [open, setOpen] = useState<string | null>(null);
  const [text, setText] = useState('');
  const tools = useMemo(() => {
    const found = (catalogue?.tools ?? []).filter((tool) =>
      tool.name.toLowerCase().includes(text.toLowerCase()),
    );
    return found.toSorted(
      (a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.name.localeCompare(b.name),
    );
  }, [catalogue?.tools, text]);
  if (catalogue === undefined) return null;
  const aside = (
    <>
      {catalogue.savedAt === null ? 'never read' : <Age at={catalogue.savedAt} before="confirmed " />}
      <FilterInput label="Filter tools" value={text} onChange={(event) => setText(event.target.value)} />
    </>
  );
  const server = catalogue.server;
  return (
    <Panel
      title={server === null ? 'Tools' : `Tools of ${server.name} ${server.version}`}
      aside={aside}
      flush
    >
      {tools.length > 0 ? (
        <ul>
          {tools.map((tool) => (
            <Row
              key={tool.name}
              tool={tool}
              open={tool.name === open}
              onOpen={() => setOpen(tool.name === open ? null : tool.name)}
            />
          ))}
        </ul>
      ) : catalogue.tools.length > 0 ? (
        <Empty title="No tool is called that" />
      ) : (
        <Empty title="No tools known yet">
          They are read at the first contact with the droplet and kept.
        </Empty>
      )}
    </Panel>
  );
}

/** What clients may see and call; new and changed definitions wait here, with what they say in full. */
export function Tools() {
  const known = useProfile(() => true) ?? false;
  return <div className="flex min-h-full flex-col gap-3 p-4">{known ? <Catalogue /> : <NoProfile />}</div>;
}
