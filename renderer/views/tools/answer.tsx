import { useMemo, useState } from 'react';
import type { McpExchange } from '../../../electron/contract/explorer.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { JsonTree } from '../../parts/json-tree.tsx';
import { Note } from '../../parts/panel.tsx';
import { CodeBlock, indented, PlainText } from '../../parts/plain-text.tsx';
import { useWritten } from '../../parts/written.ts';
import type { AnswerPart } from './answer-parts.ts';
import { answerOf } from './answer-parts.ts';
import { parsed, textOf } from './tree.ts';

/** Text beyond this is cut on screen; the whole of it can be copied. */
const TEXT_SHOWN = 100_000;

function Part({ part, onRead }: { part: AnswerPart; onRead: (uri: string) => void }) {
  switch (part.kind) {
    case 'text':
      return (
        <CodeBlock
          text={
            part.text.length > TEXT_SHOWN
              ? `${part.text.slice(0, TEXT_SHOWN)}\n… ${part.text.length - TEXT_SHOWN} more characters`
              : part.text
          }
          className="max-h-96"
        />
      );
    case 'json':
      return (
        <div className="max-h-96 overflow-auto rounded-md border border-line bg-sunken p-2">
          <JsonTree node={part.node} label={part.label || 'Answer as a tree'} />
        </div>
      );
    case 'image':
      return (
        <img
          src={part.source}
          alt={`Sent by the server: ${part.label}`}
          className="max-h-96 max-w-full rounded-md border border-line object-contain"
        />
      );
    case 'link':
      return (
        <p className="flex items-center gap-2">
          <span className="min-w-0 flex-1 break-words">
            <PlainText text={part.label} /> <code className="text-quiet">{part.uri}</code>
          </span>
          <Button small onClick={() => onRead(part.uri)}>
            Read it
          </Button>
        </p>
      );
    case 'note':
      return <p className="text-quiet">{part.text}</p>;
    default:
      return part satisfies never;
  }
}

function Parts({ text, onRead }: { text: string; onRead: (uri: string) => void }) {
  const answer = useMemo(() => answerOf(text), [text]);
  return (
    <div className="flex flex-col gap-2">
      {answer.failed ? (
        <Note tone="danger" title={answer.error ?? 'It ended in an error'} testId="answer-error" />
      ) : null}
      {answer.parts.map((part, i) => (
        <div key={i} className="flex min-w-0 flex-col gap-1" data-testid="answer-part" data-kind={part.kind}>
          {'label' in part && part.label !== '' && part.kind !== 'link' ? (
            <h4 className="text-xs font-medium text-quiet">
              <PlainText text={part.label} />
            </h4>
          ) : null}
          <Part part={part} onRead={onRead} />
        </div>
      ))}
    </div>
  );
}

/** JSON indented with its numbers as they came. */
function pretty(text: string): string {
  const found = parsed(text);
  return 'node' in found ? textOf(found.node) : indented(text);
}

const VIEWS = [
  ['shown', 'Answer'],
  ['answer', 'Raw answer'],
  ['request', 'Raw request'],
] as const;

/** What came back: for reading, and the raw texts of both ways. */
export function AnswerView({ exchange, onRead }: { exchange: McpExchange; onRead: (uri: string) => void }) {
  const [view, setView] = useState<(typeof VIEWS)[number][0]>('shown');
  const written = useWritten();
  const request = `{"jsonrpc":"2.0","method":${JSON.stringify(exchange.method)},"params":${exchange.paramsText}}`;
  return (
    <section aria-label="Answer" className="flex min-w-0 flex-col gap-2" data-testid="answer">
      <div className="flex items-center gap-1">
        {VIEWS.map(([key, label]) => (
          <button
            key={key}
            type="button"
            aria-pressed={view === key}
            onClick={() => setView(key)}
            className="transition-quick h-6 rounded-md px-2 text-sm text-quiet hover:bg-hover aria-pressed:bg-selected aria-pressed:font-medium aria-pressed:text-text"
          >
            {label}
          </button>
        ))}
        <span className="flex-1" />
        <CopyButton
          text={() => (view === 'request' ? request : exchange.answer)}
          label={view === 'request' ? 'Copy the request' : 'Copy the answer'}
        />
      </div>
      {exchange.cutFrom === null ? null : (
        <Note tone="attention" title={`The answer has ${written.count(exchange.cutFrom)} characters`}>
          The first million are here; a client is given all of it.
        </Note>
      )}
      {view === 'shown' ? <Parts text={exchange.answer} onRead={onRead} /> : null}
      {view === 'answer' ? (
        <CodeBlock text={pretty(exchange.answer).slice(0, TEXT_SHOWN)} className="max-h-96" />
      ) : null}
      {view === 'request' ? <CodeBlock text={pretty(request)} className="max-h-96" /> : null}
    </section>
  );
}
