import { useState } from 'react';
import type { JsonNode } from '../../../electron/contract/json-text.ts';
import { INPUT } from '../../parts/field.tsx';
import type { Shape } from './schema.ts';
import { parsed, textOf } from './tree.ts';

export interface EditProps<S extends Shape = Shape> {
  shape: S;
  /** undefined: not sent. */
  node: JsonNode | undefined;
  /** Shown where nothing is typed: what the server takes then. */
  placeholder: string;
  id: string;
  describedBy: string;
  invalid: boolean;
  /** Key path, for the problems of what is inside. */
  path: string;
  problems: ReadonlyMap<string, string>;
  onChange: (node: JsonNode | undefined) => void;
}

const common = (props: EditProps) => ({
  id: props.id,
  'aria-describedby': props.describedBy,
  'aria-invalid': props.invalid,
  autoComplete: 'off',
  spellCheck: false,
});

export function TextEdit(props: EditProps<Shape & { kind: 'text' }>) {
  const value = props.node?.kind === 'string' ? props.node.value : '';
  const change = (text: string) => props.onChange(text === '' ? undefined : { kind: 'string', value: text });
  return props.shape.long || value.includes('\n') ? (
    <textarea
      {...common(props)}
      rows={3}
      className={`${INPUT} h-auto py-1`}
      value={value}
      placeholder={props.placeholder}
      onChange={(event) => change(event.target.value)}
    />
  ) : (
    <input
      {...common(props)}
      className={INPUT}
      value={value}
      placeholder={props.placeholder}
      onChange={(event) => change(event.target.value)}
    />
  );
}

/** A number stays the text that was typed: nothing is rounded. */
export function NumberEdit(props: EditProps<Shape & { kind: 'number' }>) {
  return (
    <input
      {...common(props)}
      className={`${INPUT} tabular-nums`}
      inputMode={props.shape.whole ? 'numeric' : 'decimal'}
      value={props.node?.kind === 'number' ? props.node.text : ''}
      placeholder={props.placeholder}
      onChange={({ target: { value } }) =>
        props.onChange(value.trim() === '' ? undefined : { kind: 'number', text: value.trim() })
      }
    />
  );
}

const shown = (node: JsonNode): string => (node.kind === 'string' ? node.value : textOf(node, 0));

export function ChoiceEdit({ options, ...props }: EditProps & { options: readonly JsonNode[] }) {
  const chosen = props.node === undefined ? '' : textOf(props.node, 0);
  const find = (text: string) => options.find((one) => textOf(one, 0) === text);
  return (
    <select
      id={props.id}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      className={INPUT}
      value={chosen}
      onChange={(event) => props.onChange(find(event.target.value))}
    >
      <option value="">Not sent</option>
      {options.map((one) => (
        <option key={textOf(one, 0)} value={textOf(one, 0)}>
          {shown(one).slice(0, 120)}
        </option>
      ))}
    </select>
  );
}

export const BOOLEANS: readonly JsonNode[] = [
  { kind: 'literal', text: 'true' },
  { kind: 'literal', text: 'false' },
];

/** JSON by hand; what is no JSON yet is kept as it is typed and said below. */
export function RawEdit(props: EditProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const problem = draft === null || draft.trim() === '' ? undefined : parsed(draft);
  const wrong = problem !== undefined && 'problem' in problem;
  return (
    <>
      <textarea
        {...common(props)}
        rows={2}
        aria-invalid={wrong || props.invalid}
        className={`${INPUT} h-auto py-1 font-mono text-sm`}
        placeholder={props.placeholder === '' ? 'JSON' : props.placeholder}
        value={draft ?? (props.node === undefined ? '' : textOf(props.node))}
        onBlur={() => (wrong ? undefined : setDraft(null))}
        onChange={({ target: { value } }) => {
          setDraft(value);
          const found = value.trim() === '' ? undefined : parsed(value);
          if (found === undefined) props.onChange(undefined);
          else if ('node' in found) props.onChange(found.node);
        }}
      />
      {wrong ? <p className="text-xs text-danger">Not JSON yet: {problem.problem}</p> : null}
    </>
  );
}
