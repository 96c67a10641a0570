import { useId, useMemo, useState } from 'react';
import { useApp, useUi } from '../../api/app-context.tsx';
import { fuzzy } from '../../parts/fuzzy.ts';
import { Overlay } from '../../parts/overlay.tsx';
import type { Entry } from '../../api/ui-store.ts';
import { PlainText } from '../../parts/plain-text.tsx';
import { useEntries } from './entries.ts';

const weightOf = ({ weight = 0 }: Entry): number => weight;

/** More than this nobody reads; typing finds the rest. */
const SHOWN = 60;

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
      <span className="truncate">
        <PlainText text={props.entry.label} />
      </span>
      <span className="flex shrink-0 items-center gap-3 text-sm text-quiet">
        {props.entry.group}
        {props.entry.keys === undefined ? null : <kbd>{props.entry.keys}</kbd>}
      </span>
    </li>
  );
}

function List({ close }: { close: () => void }) {
  const id = useId();
  const entries = useEntries();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const found = useMemo(
    () => fuzzy(entries, query, (entry) => `${entry.label} ${entry.group}`, weightOf).slice(0, SHOWN),
    [entries, query],
  );
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
      <ul
        id={id}
        role="listbox"
        aria-label="Pages and actions"
        className="max-h-[min(56vh,448px)] overflow-y-auto py-2"
      >
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
