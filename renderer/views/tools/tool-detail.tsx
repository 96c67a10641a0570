import { useMemo } from 'react';
import type { ToolEntry } from '../../../electron/contract/bridge.ts';
import { unifiedDiff } from '../../../electron/contract/diff.ts';
import { DiffView } from '../../parts/diff-view.tsx';
import { hiddenCount } from '../../parts/hidden-text.ts';
import { Note } from '../../parts/panel.tsx';
import { CodeBlock, indented, PlainText } from '../../parts/plain-text.tsx';
import { StateWord } from '../../parts/state-mark.tsx';
import { CallPanel } from './call-panel.tsx';
import { DecisionPanel } from './decision.tsx';
import { STATUS } from './decisions.ts';
import type { Item } from './items.ts';
import { definitionOf, descriptionOf } from './items.ts';
import type { Shape } from './schema.ts';
import { formOf, promptForm } from './schema.ts';

const NOTHING: Shape = { kind: 'group', fields: [] };

function Definition({ text, hash }: { text: string; hash?: string }) {
  return (
    <details className="group">
      <summary className="cursor-default py-1 text-sm text-quiet hover:text-text">
        Definition as the server sent it
      </summary>
      <CodeBlock text={indented(text)} className="max-h-72" />
      {hash === undefined ? null : (
        <p className="pt-1 text-xs text-quiet">
          SHA-256 <code className="break-all">{hash}</code>
        </p>
      )}
    </details>
  );
}

function Changed({ tool }: { tool: ToolEntry }) {
  const diff = useMemo(
    () =>
      tool.previous === null
        ? ''
        : unifiedDiff(indented(tool.previous), indented(tool.definition), tool.name),
    [tool],
  );
  if (tool.status !== 'changed') return null;
  return (
    <>
      <Note tone="attention" title="The server changed this definition after it was approved">
        Clients do not see it until you approve it again. A changed description can carry instructions for
        Claude.
      </Note>
      {diff === '' ? null : (
        <section aria-label="What changed" className="flex flex-col gap-1">
          <h3 className="text-sm text-quiet">What changed since it was approved</h3>
          <DiffView diff={diff} label={`Changes of ${tool.name}`} />
        </section>
      )}
    </>
  );
}

function Hidden({ text }: { text: string }) {
  const hidden = hiddenCount(text);
  if (hidden === 0) return null;
  return (
    <Note tone="danger" title={`${hidden} hidden characters in this definition`}>
      A model reads what a person does not see. They are drawn below as their code points; clients get the
      texts without them.
    </Note>
  );
}

function callNote(tool: ToolEntry): string {
  if (tool.status === 'blocked') return 'Blocked: not called.';
  if (tool.status !== 'listed') return 'Not called before it is approved.';
  if (tool.class === 'read') return 'Runs at once.';
  return tool.class === 'stop' ? 'Runs at once; it reduces risk.' : 'You are asked before it is sent.';
}

function ToolBody({ tool }: { tool: ToolEntry }) {
  const shape = useMemo(() => formOf(tool.definition), [tool.definition]);
  return (
    <>
      <Changed tool={tool} />
      <DecisionPanel key={tool.hash} tool={tool} />
      {tool.alias === undefined ? null : (
        <p className="text-xs text-quiet">
          Clients see it as <code className="break-all">{tool.alias}</code>: they would not take its own name.
        </p>
      )}
      <Definition text={tool.definition} hash={tool.hash} />
      <div className="border-t border-line pt-3">
        <CallPanel
          key={`${tool.name} ${tool.hash}`}
          item={`tool ${tool.name}`}
          shape={shape}
          verb="Call"
          note={callNote(tool)}
          disabled={tool.status !== 'listed'}
          requestOf={(argumentsText) => ({ kind: 'tool', name: tool.name, argumentsText })}
        />
      </div>
    </>
  );
}

/** A template is a URI with holes: it is read by the URI that a person makes of it. */
const TEMPLATE: Shape = {
  kind: 'group',
  fields: [
    {
      key: 'uri',
      title: '',
      description: 'The template with its { } filled in.',
      required: true,
      fallback: null,
      shape: { kind: 'text', hint: '', long: false },
    },
  ],
};

function uriIn(argumentsText: string): string {
  const { uri } = JSON.parse(argumentsText) as { uri?: unknown };
  return typeof uri === 'string' ? uri : '';
}

function OtherBody({ item }: { item: Exclude<Item, { kind: 'tool' }> }) {
  const shape = useMemo(
    () =>
      item.kind === 'prompt'
        ? promptForm(item.prompt.definition)
        : item.kind === 'template'
          ? TEMPLATE
          : NOTHING,
    [item],
  );
  const definition = definitionOf(item);
  return (
    <>
      {definition === undefined ? null : <Definition text={definition} />}
      <div className="border-t border-line pt-3">
        <CallPanel
          key={item.key}
          item={item.key}
          shape={shape}
          verb={item.kind === 'prompt' ? 'Get' : 'Read'}
          note="Only reads."
          disabled={false}
          requestOf={(argumentsText) =>
            item.kind === 'prompt'
              ? { kind: 'prompt', name: item.name, argumentsText }
              : { kind: 'resource', uri: item.kind === 'template' ? uriIn(argumentsText) : item.name }
          }
        />
      </div>
    </>
  );
}

const KIND = { tool: 'Tool', resource: 'Resource', template: 'Resource template', prompt: 'Prompt' } as const;

/** One tool, resource or prompt: what the server says of it, how it is treated, and trying it. */
export function ItemDetail({ item }: { item: Item }) {
  const description = descriptionOf(item);
  return (
    <article aria-label={item.name} className="flex max-w-6xl min-w-0 flex-col gap-3 p-4" data-testid="item">
      <header className="flex items-baseline gap-3">
        <h2 className="min-w-0 text-lg break-all">
          <PlainText text={item.name} />
        </h2>
        <span className="text-sm whitespace-nowrap text-quiet">{KIND[item.kind]}</span>
        <span className="flex-1" />
        {item.kind === 'tool' ? <StateWord {...STATUS[item.tool.status]} /> : null}
      </header>
      {definitionOf(item) === undefined ? null : <Hidden text={definitionOf(item) ?? ''} />}
      {description === '' ? null : (
        <p className="max-h-48 max-w-[90ch] overflow-y-auto break-words whitespace-pre-wrap text-quiet">
          <PlainText text={description} />
        </p>
      )}
      {item.kind === 'tool' ? <ToolBody tool={item.tool} /> : <OtherBody item={item} />}
    </article>
  );
}
