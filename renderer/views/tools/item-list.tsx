import { FileText, MessageSquare } from 'lucide-react';
import { useRef } from 'react';
import type { ToolEntry } from '../../../electron/contract/bridge.ts';
import { hiddenCount } from '../../parts/hidden-text.ts';
import { PlainText } from '../../parts/plain-text.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { CLASS_SHORT, STATUS } from './decisions.ts';
import type { Item } from './items.ts';

const GROUPS = [
  ['tool', 'Tools'],
  ['resource', 'Resources'],
  ['template', 'Resource templates'],
  ['prompt', 'Prompts'],
] as const;

function ToolMark({ tool }: { tool: ToolEntry }) {
  const { tone, label } = STATUS[tool.status];
  return (
    <>
      <StateMark tone={tone} />
      <span className="sr-only">{label}: </span>
    </>
  );
}

function Aside({ item }: { item: Item }) {
  if (item.kind !== 'tool') return null;
  const hidden = hiddenCount(item.tool.definition);
  if (hidden > 0) return <span className="text-xs font-medium text-danger">hidden text</span>;
  if (item.tool.status !== 'listed')
    return <span className="text-xs font-medium text-quiet">{STATUS[item.tool.status].label}</span>;
  return <span className="text-xs text-quiet">{CLASS_SHORT[item.tool.class]}</span>;
}

function Row({ item, current, onOpen }: { item: Item; current: boolean; onOpen: () => void }) {
  return (
    <button
      type="button"
      aria-current={current ? 'true' : undefined}
      data-item={item.key}
      data-testid={`${item.kind}-${item.name}`}
      {...(item.kind === 'tool' ? { 'data-status': item.tool.status } : {})}
      onClick={onOpen}
      title={item.name.slice(0, 300)}
      className="transition-quick flex h-8 w-full items-center gap-2 px-3 text-left -outline-offset-2 hover:bg-hover aria-[current]:bg-selected"
    >
      {item.kind === 'tool' ? <ToolMark tool={item.tool} /> : null}
      {item.kind === 'prompt' ? (
        <MessageSquare size={12} aria-hidden className="shrink-0 text-quiet" />
      ) : null}
      {item.kind === 'resource' || item.kind === 'template' ? (
        <FileText size={12} aria-hidden className="shrink-0 text-quiet" />
      ) : null}
      <code className="min-w-0 flex-1 truncate">
        <PlainText text={item.name.slice(0, 300)} />
      </code>
      <Aside item={item} />
    </button>
  );
}

/** What the back end offers, by kind; up and down move through it. */
export function ItemList(props: {
  items: readonly Item[];
  current: string | null;
  onOpen: (item: Item) => void;
}) {
  const list = useRef<HTMLElement>(null);
  const move = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
  };
  return (
    <nav ref={list} aria-label="Tools, resources and prompts" className="py-1" onKeyDown={move}>
      {GROUPS.map(([kind, title]) => {
        const own = props.items.filter((item) => item.kind === kind);
        if (own.length === 0) return null;
        return (
          <section key={kind} aria-label={title}>
            <h3 className="flex h-7 items-center justify-between px-3 text-xs font-medium text-quiet">
              {title} <span className="font-normal">{own.length}</span>
            </h3>
            {own.map((item) => (
              <Row
                key={item.key}
                item={item}
                current={item.key === props.current}
                onOpen={() => props.onOpen(item)}
              />
            ))}
          </section>
        );
      })}
    </nav>
  );
}
