import { Play, Square } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import type { McpRequest } from '../../../electron/contract/explorer.ts';
import type { JsonNode } from '../../../electron/contract/json-text.ts';
import { useApp, useCall, useProfile, useUi } from '../../api/app-context.tsx';
import { Age } from '../../parts/age.tsx';
import { Button } from '../../parts/button.tsx';
import { INPUT } from '../../parts/field.tsx';
import { Problem } from '../../parts/panel.tsx';
import { clockText } from '../../parts/time-text.ts';
import type { Written } from '../../parts/written.ts';
import { useWritten } from '../../parts/written.ts';
import { AnswerView } from './answer.tsx';
import { answerOf } from './answer-parts.ts';
import type { KeptExchange } from '../../api/ui-store.ts';
import type { Shape } from './schema.ts';
import { beginning, MISSING, problemsOf } from './schema.ts';
import { Fields } from './schema-form.tsx';
import { EMPTY_OBJECT, parsed, textOf } from './tree.ts';

/** The arguments as text and as a tree; what is typed in one shows in the other. */
function useArguments(shape: Shape) {
  const [text, setText] = useState(() => textOf(beginning(shape)));
  const [last, setLast] = useState<JsonNode>(() => beginning(shape));
  const read = useMemo(() => parsed(text), [text]);
  const problem =
    'problem' in read ? read.problem : read.node.kind === 'object' ? undefined : 'one object expected';
  return {
    text,
    node: last,
    problem,
    setNode: (node: JsonNode | undefined) => {
      setLast(node ?? EMPTY_OBJECT);
      setText(textOf(node ?? EMPTY_OBJECT));
    },
    setText: (next: string) => {
      setText(next);
      const found = parsed(next);
      if ('node' in found && found.node.kind === 'object') setLast(found.node);
    },
  };
}

/** Runs one request at a time; what came is kept in the window. */
function useExchange(item: string) {
  const { ui } = useApp();
  const call = useCall();
  const profile = useProfile((p) => p.profile.name) ?? '';
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState<number | null>(null);
  const abort = useRef<AbortController>(null);
  const run = async (request: McpRequest, key = item) => {
    const controller = new AbortController();
    abort.current = controller;
    setBusy(true);
    const at = Date.now();
    const outcome = await call((c) => c.mcp.exchange({ profile, request }, { signal: controller.signal }));
    setBusy(false);
    const argumentsText = 'argumentsText' in request ? request.argumentsText : '';
    const kept = outcome.ok
      ? { ok: true as const, exchange: outcome.value }
      : { ok: false as const, error: outcome.error };
    setShown(ui.keepExchange({ at, profile, item: key, argumentsText, outcome: kept }));
  };
  return { profile, busy, shown, setShown, run, cancel: () => abort.current?.abort() };
}

function endOf({ outcome }: KeptExchange, written: Written): { text: string; bad: boolean } {
  if (!outcome.ok) return { text: 'not answered', bad: true };
  const { failed } = answerOf(outcome.exchange.answer);
  return { text: `${failed ? 'error' : 'ok'}, ${written.duration(outcome.exchange.ms)}`, bad: failed };
}

/** A call that was made: how it ended and when, since what is kept may be old; then what came. */
function Kept({ kept, onRead }: { kept: KeptExchange; onRead: (uri: string) => void }) {
  const { outcome } = kept;
  const end = endOf(kept, useWritten());
  return (
    <>
      <p className="flex gap-2 border-t border-line pt-3 text-sm" data-testid="call-end">
        <span className={end.bad ? 'font-medium text-danger' : 'font-medium'}>{end.text}</span>
        <span className="text-quiet">
          <Age at={kept.at} before="asked " />
        </span>
      </p>
      {outcome.ok ? (
        <AnswerView key={kept.id} exchange={outcome.exchange} onRead={onRead} />
      ) : (
        <Problem error={outcome.error} />
      )}
    </>
  );
}

function History(props: {
  list: readonly KeptExchange[];
  shown: number | null;
  onShow: (kept: KeptExchange) => void;
}) {
  const written = useWritten();
  if (props.list.length < 2) return null;
  return (
    <section aria-label="Calls made here" className="flex flex-col gap-1">
      <h3 className="text-sm text-quiet">Calls made here</h3>
      <ul className="max-h-40 overflow-y-auto rounded-md border border-line">
        {props.list.map((kept) => {
          const end = endOf(kept, written);
          return (
            <li key={kept.id} className="border-line not-first:border-t">
              <button
                type="button"
                aria-current={kept.id === props.shown ? 'true' : undefined}
                onClick={() => props.onShow(kept)}
                className="transition-quick flex h-7 w-full items-center gap-3 px-3 text-left text-sm -outline-offset-2 hover:bg-hover aria-[current]:bg-selected"
              >
                <time className="text-quiet">{clockText(kept.at)}</time>
                <code className="min-w-0 flex-1 truncate">
                  {kept.argumentsText.replaceAll(/\s+/g, ' ').slice(0, 200)}
                </code>
                <span className={end.bad ? 'text-danger' : 'text-quiet'}>{end.text}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function RawArguments(props: {
  text: string;
  problem: string | undefined;
  onChange: (text: string) => void;
}) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label className="flex min-h-40 flex-1 flex-col gap-1">
        <span className="text-sm text-quiet">As JSON</span>
        <textarea
          data-testid="arguments"
          className={`${INPUT} h-auto min-h-40 flex-1 py-1 font-mono text-sm`}
          spellCheck={false}
          aria-invalid={props.problem !== undefined}
          value={props.text}
          onChange={(event) => props.onChange(event.target.value)}
        />
      </label>
      <p className="min-h-4 text-xs text-danger">
        {props.problem === undefined ? '' : `Not sent like this: ${props.problem}`}
      </p>
    </div>
  );
}

/** The complaints worth showing: of fields that somebody was in, of what stands in the others; all once Call was pressed. */
function useComplaints(shape: Shape, node: JsonNode) {
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [pressed, setPressed] = useState(false);
  const all = useMemo(() => problemsOf(shape, node), [shape, node]);
  const shown = useMemo(
    () => (pressed ? all : new Map([...all].filter(([path, text]) => text !== MISSING || touched.has(path)))),
    [all, pressed, touched],
  );
  return {
    shown,
    press: () => setPressed(true),
    onBlur: (event: React.FocusEvent) => {
      const path = event.target.closest<HTMLElement>('[data-path]')?.dataset['path'];
      if (path !== undefined) setTouched((old) => (old.has(path) ? old : new Set([...old, path])));
    },
  };
}

/** Asks for the arguments, calls through bridge and guard, and shows what came. */
export function CallPanel(props: {
  item: string;
  shape: Shape;
  verb: string;
  note: string;
  disabled: boolean;
  requestOf: (argumentsText: string) => McpRequest;
}) {
  const { item, shape } = props;
  const args = useArguments(shape);
  const run = useExchange(item);
  const complaints = useComplaints(shape, args.node);
  const all = useUi((s) => s.exchanges);
  const list = all.filter((kept) => kept.profile === run.profile && kept.item === item);
  const kept = all.find((one) => one.id === run.shown) ?? list[0];
  const asks = shape.kind === 'group' && shape.fields.length > 0;
  const fields = shape.kind === 'group' ? shape.fields : [];
  return (
    <form
      aria-label={`${props.verb} ${item}`}
      className="flex min-w-0 flex-col gap-3"
      onBlur={complaints.onBlur}
      onSubmit={(event) => {
        event.preventDefault();
        complaints.press();
        if (!run.busy && args.problem === undefined) void run.run(props.requestOf(args.text));
      }}
    >
      <div className={`grid min-w-0 gap-4 ${asks ? 'xl:grid-cols-2' : ''}`}>
        {asks ? (
          <Fields
            fields={fields}
            node={args.node}
            path=""
            problems={complaints.shown}
            onChange={args.setNode}
          />
        ) : null}
        {asks || shape.kind === 'raw' ? (
          <RawArguments text={args.text} problem={args.problem} onChange={args.setText} />
        ) : null}
      </div>
      <div className="flex items-center gap-3">
        <Button
          type="submit"
          look="primary"
          data-testid="call"
          icon={<Play size={12} />}
          disabled={props.disabled || run.busy || args.problem !== undefined}
        >
          {run.busy ? 'Waiting for the answer…' : props.verb}
        </Button>
        {run.busy ? (
          <Button icon={<Square size={12} />} onClick={run.cancel}>
            Do not wait
          </Button>
        ) : null}
        <span className="min-w-0 text-quiet" role="status">
          {props.note}
        </span>
      </div>
      {kept === undefined ? null : (
        <Kept kept={kept} onRead={(uri) => void run.run({ kind: 'resource', uri }, item)} />
      )}
      <History list={list} shown={kept?.id ?? null} onShow={({ id }) => run.setShown(id)} />
    </form>
  );
}
