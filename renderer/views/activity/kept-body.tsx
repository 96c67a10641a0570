import { useMemo, useState } from 'react';
import type { JsonNode } from '../../../electron/contract/json-text.ts';
import { parseJsonText } from '../../../electron/contract/json-text.ts';
import { Button } from '../../parts/button.tsx';
import { JsonTree } from '../../parts/json-tree.tsx';
import { CodeBlock, indented } from '../../parts/plain-text.tsx';

/** An object or a list; undefined for text, a cut answer and single values. */
function treeOf(text: string): JsonNode | undefined {
  if (!/^\s*[[{]\s*[^\s\]}]/.test(text)) return undefined;
  try {
    return withTexts(parseJsonText(text));
  } catch {
    return undefined;
  }
}

/** A JSON answer whose content is JSON text once more is read as one; the text as it came is one click away. */
function withTexts(node: JsonNode): JsonNode {
  if (node.kind === 'array') return { ...node, items: node.items.map(withTexts) };
  if (node.kind === 'object')
    return { ...node, members: new Map([...node.members].map(([key, one]) => [key, withTexts(one)])) };
  return node.kind === 'string' ? (treeOf(node.value) ?? node) : node;
}

/** What an answer is about, without its envelope: its structured content, else the result or the error. */
function essence(node: JsonNode): JsonNode {
  if (node.kind !== 'object' || !node.members.has('jsonrpc')) return node;
  const result = node.members.get('result') ?? node.members.get('error') ?? node;
  const structured = result.kind === 'object' ? result.members.get('structuredContent') : undefined;
  return structured?.kind === 'object' ? structured : result;
}

/** What was sent or came back: as a tree where it is JSON, and as text. */
export function KeptBody({ text, label }: { text: string; label: string }) {
  const tree = useMemo(() => treeOf(text), [text]);
  const [raw, setRaw] = useState(false);
  if (tree === undefined || raw)
    return (
      <>
        <CodeBlock text={indented(text)} className="max-h-64 font-mono text-sm" />
        {tree === undefined ? null : <Turn label="As a tree" onClick={() => setRaw(false)} />}
      </>
    );
  return (
    <>
      <div
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="max-h-64 overflow-auto rounded-md border border-line bg-sunken p-2"
      >
        <JsonTree node={essence(tree)} label={`${label}, as a tree`} />
      </div>
      <Turn label="All of it, as text" onClick={() => setRaw(true)} />
    </>
  );
}

function Turn({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <div>
      <Button small look="ghost" className="-ml-2" onClick={onClick}>
        {label}
      </Button>
    </div>
  );
}
