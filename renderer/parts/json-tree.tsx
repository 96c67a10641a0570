import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { JsonNode } from '../../electron/contract/json-text.ts';
import { Button } from './button.tsx';
import { PlainText } from './plain-text.tsx';

/** More members than this, and longer texts, are shown on demand. */
const SHOWN_MEMBERS = 100;
const SHOWN_CHARACTERS = 2_000;

type Branch = JsonNode & { kind: 'object' | 'array' };

function Text({ value }: { value: string }) {
  const [all, setAll] = useState(false);
  const cut = !all && value.length > SHOWN_CHARACTERS;
  return (
    <span className="break-words whitespace-pre-wrap">
      <PlainText text={cut ? value.slice(0, SHOWN_CHARACTERS) : value} />
      {cut ? (
        <Button small look="ghost" onClick={() => setAll(true)}>
          {value.length - SHOWN_CHARACTERS} more characters
        </Button>
      ) : null}
    </span>
  );
}

function Leaf({ node }: { node: Exclude<JsonNode, Branch> }) {
  switch (node.kind) {
    case 'string':
      return <Text value={node.value} />;
    case 'number':
      return <span className="text-accent tabular-nums">{node.text}</span>;
    case 'literal':
      return <span className="text-quiet italic">{node.text}</span>;
    default:
      return node satisfies never;
  }
}

const isBranch = (node: JsonNode): node is Branch => node.kind === 'object' || node.kind === 'array';

function Key({ name }: { name: string }) {
  return (
    <code className="font-medium text-quiet">
      <PlainText text={name} />
    </code>
  );
}

function Members({ node, depth }: { node: Branch; depth: number }) {
  const [most, setMost] = useState(SHOWN_MEMBERS);
  const all: (readonly [string, JsonNode])[] =
    node.kind === 'object' ? [...node.members] : node.items.map((item, i) => [String(i), item] as const);
  const rest = all.length - most;
  return (
    <ul className="ml-1.5 border-l border-line pl-3">
      {all.slice(0, most).map(([key, one]) => (
        <li key={key} className="py-px">
          {isBranch(one) ? (
            <Disclosure name={key} node={one} depth={depth + 1} />
          ) : (
            <span className="flex items-baseline gap-2 pl-4">
              <Key name={key} />
              <span className="min-w-0 break-words">
                <Leaf node={one} />
              </span>
            </span>
          )}
        </li>
      ))}
      {rest > 0 ? (
        <li>
          <Button small look="ghost" onClick={() => setMost(most + SHOWN_MEMBERS)}>
            {rest} more
          </Button>
        </li>
      ) : null}
    </ul>
  );
}

function summary(node: Branch): string {
  const count = node.kind === 'object' ? node.members.size : node.items.length;
  const [one, many] = node.kind === 'object' ? ['member', 'members'] : ['item', 'items'];
  return `${count} ${count === 1 ? one : many}`;
}

function Disclosure({ name, node, depth }: { name: string; node: Branch; depth: number }) {
  const [open, setOpen] = useState(depth < 2);
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="group flex items-baseline gap-1 text-left"
      >
        <ChevronRight
          size={12}
          aria-hidden
          className="shrink-0 translate-y-0.5 text-quiet group-aria-expanded:rotate-90"
        />
        <Key name={name} />
        <span className="pl-1 text-xs text-quiet">{summary(node)}</span>
      </button>
      {open ? <Members node={node} depth={depth} /> : null}
    </>
  );
}

/** JSON to open and close, with every number as it was sent. A stranger's keys and texts are drawn as text. */
export function JsonTree({ node, label }: { node: JsonNode; label: string }) {
  return (
    <div role="group" aria-label={label} className="min-w-0 text-sm">
      {isBranch(node) ? <Members node={node} depth={0} /> : <Leaf node={node} />}
    </div>
  );
}
