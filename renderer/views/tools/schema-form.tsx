import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useId, useState } from 'react';
import type { JsonNode } from '../../../electron/contract/json-text.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { INPUT } from '../../parts/field.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import type { FormField, Shape } from './schema.ts';
import { fits } from './schema.ts';
import { EMPTY_OBJECT, withMember } from './tree.ts';
import type { EditProps } from './value-edits.tsx';
import { BOOLEANS, ChoiceEdit, NumberEdit, RawEdit, TextEdit } from './value-edits.tsx';

const START: Readonly<Record<Shape['kind'], JsonNode>> = {
  text: { kind: 'string', value: '' },
  number: { kind: 'number', text: '0' },
  boolean: { kind: 'literal', text: 'false' },
  choice: { kind: 'string', value: '' },
  list: { kind: 'array', items: [] },
  group: EMPTY_OBJECT,
  variants: { kind: 'string', value: '' },
  raw: { kind: 'literal', text: 'null' },
};

function ListEdit(props: EditProps<Shape & { kind: 'list' }>) {
  const items = props.node?.kind === 'array' ? props.node.items : [];
  const { item } = props.shape;
  const put = (next: readonly JsonNode[]) =>
    props.onChange(
      next.length === 0 && props.node === undefined ? undefined : { kind: 'array', items: next },
    );
  const first = item.kind === 'choice' ? (item.options[0] ?? START.choice) : START[item.kind];
  return (
    <div className="flex flex-col gap-1.5">
      {items.map((one, i) => (
        <div key={i} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <Edit
              {...props}
              shape={item}
              node={one}
              id={`${props.id}-${i}`}
              path={`${props.path}.${i + 1}`}
              invalid={props.problems.has(`${props.path}.${i + 1}`)}
              placeholder=""
              label={`Item ${i + 1}`}
              onChange={(next) => put(items.with(i, next ?? START[item.kind]))}
            />
          </div>
          <IconButton label={`Remove item ${i + 1}`} onClick={() => put(items.toSpliced(i, 1))}>
            <X size={14} />
          </IconButton>
        </div>
      ))}
      <div>
        <Button small icon={<Plus size={12} />} onClick={() => put([...items, first])}>
          Add an item
        </Button>
      </div>
    </div>
  );
}

function VariantsEdit(props: EditProps<Shape & { kind: 'variants' }>) {
  const { variants } = props.shape;
  const { node } = props;
  const fitting = node === undefined ? 0 : variants.findIndex((one) => fits(one.shape, node));
  const [chosen, setChosen] = useState(Math.max(0, fitting));
  const variant = variants[chosen] ?? variants[0];
  if (variant === undefined) return null;
  return (
    <div className="flex flex-col gap-1.5">
      <select
        aria-label="Kind of value"
        className={`${INPUT} w-auto self-start`}
        value={chosen}
        onChange={(event) => {
          setChosen(Number(event.target.value));
          props.onChange(undefined);
        }}
      >
        {variants.map((one, i) => (
          <option key={i} value={i}>
            {one.label.slice(0, 60)}
          </option>
        ))}
      </select>
      <Edit {...props} shape={variant.shape} label={variant.label} />
    </div>
  );
}

/** One value, by its shape; JSON by hand where what is there is of another kind. `label` names it where no label stands beside. */
function Edit({ label, ...props }: EditProps & { label?: string }) {
  const { shape, node } = props;
  const named = label === undefined ? {} : { role: 'group', 'aria-label': label };
  const inner = (): ReactNode => {
    if (node !== undefined && !fits(shape, node) && shape.kind !== 'choice') return <RawEdit {...props} />;
    switch (shape.kind) {
      case 'text':
        return <TextEdit {...props} shape={shape} />;
      case 'number':
        return <NumberEdit {...props} shape={shape} />;
      case 'boolean':
        return <ChoiceEdit {...props} options={BOOLEANS} />;
      case 'choice':
        return <ChoiceEdit {...props} options={shape.options} />;
      case 'list':
        return <ListEdit {...props} shape={shape} />;
      case 'group':
        return (
          <Fields
            fields={shape.fields}
            node={node}
            path={props.path}
            problems={props.problems}
            onChange={props.onChange}
          />
        );
      case 'variants':
        return <VariantsEdit {...props} shape={shape} />;
      case 'raw':
        return <RawEdit {...props} />;
      default:
        return shape satisfies never;
    }
  };
  return <div {...named}>{inner()}</div>;
}

const NESTED: ReadonlySet<Shape['kind']> = new Set<Shape['kind']>(['group', 'list', 'variants']);

function hintOf({ shape, fallback }: FormField): string {
  const hint = 'hint' in shape ? shape.hint : '';
  return [hint, fallback === null ? '' : `if not sent: ${fallback.slice(0, 60)}`].filter(Boolean).join(' · ');
}

function FieldRow(props: {
  field: FormField;
  node: JsonNode | undefined;
  path: string;
  problems: ReadonlyMap<string, string>;
  onChange: (node: JsonNode | undefined) => void;
}) {
  const { field, path } = props;
  const id = useId();
  const problem = props.problems.get(path);
  const nested = NESTED.has(field.shape.kind);
  const name = (
    <>
      <code className="font-semibold">
        <PlainText text={field.key} />
      </code>
      {field.required ? <span className="text-quiet"> required</span> : null}
    </>
  );
  const edit = (
    <Edit
      shape={field.shape}
      node={props.node}
      id={id}
      describedBy={`${id}-note`}
      invalid={problem !== undefined}
      path={path}
      problems={props.problems}
      placeholder={field.fallback ?? ''}
      onChange={props.onChange}
    />
  );
  const note = (
    <div id={`${id}-note`} className="flex flex-col text-xs text-quiet">
      {problem === undefined ? null : <span className="text-danger">{`${field.key} ${problem}`}</span>}
      {field.description === '' ? null : (
        <PlainText text={field.description.slice(0, 600)} className="break-words" />
      )}
      {hintOf(field) === '' ? null : <PlainText text={hintOf(field)} />}
    </div>
  );
  return nested ? (
    <fieldset className="flex min-w-0 flex-col gap-1" data-testid={`arg-${field.key}`} data-path={path}>
      <legend className="pb-1 text-sm">{name}</legend>
      <div className="border-l-2 border-line pl-3">{edit}</div>
      {note}
    </fieldset>
  ) : (
    <div className="flex min-w-0 flex-col gap-1" data-testid={`arg-${field.key}`} data-path={path}>
      <label htmlFor={id} className="text-sm">
        {name}
      </label>
      {edit}
      {note}
    </div>
  );
}

/** The fields of an object, each with its kind, default and what the server says of it. */
export function Fields(props: {
  fields: readonly FormField[];
  node: JsonNode | undefined;
  path: string;
  problems: ReadonlyMap<string, string>;
  onChange: (node: JsonNode | undefined) => void;
}) {
  const { fields, node } = props;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {fields.map((field) => (
        <FieldRow
          key={field.key}
          field={field}
          node={node?.kind === 'object' ? node.members.get(field.key) : undefined}
          path={props.path === '' ? field.key : `${props.path}.${field.key}`}
          problems={props.problems}
          onChange={(next) => props.onChange(withMember(node ?? EMPTY_OBJECT, field.key, next))}
        />
      ))}
    </div>
  );
}
