import type { Environment, PresetName } from '../../../electron/contract/profile.ts';
import { Choice, Field } from '../../parts/field.tsx';

// What every form about a profile asks in the same words: setup, adding, changing.

/** A field of a form: its value, what is wrong with it, and where a change goes. */
export interface FieldProps<T extends string = string> {
  value: T;
  error?: string | undefined;
  onChange: (value: T) => void;
}

/** The name of a new profile; `placeholder` is the one it gets without. */
export function NameField(props: FieldProps & { placeholder: string }) {
  return (
    <Field
      label="Name"
      placeholder={props.placeholder}
      value={props.value}
      error={props.error}
      hint="Short; Claude shows it too."
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

export function EnvironmentChoice(props: FieldProps<Environment> & { demo?: boolean }) {
  return (
    <Choice
      label="Environment"
      value={props.value}
      onChange={(event) => props.onChange(event.target.value as Environment)}
    >
      <option value="live">LIVE: real money</option>
      <option value="paper">PAPER: paper trading</option>
      {props.demo === true ? <option value="demo">DEMO</option> : null}
    </Choice>
  );
}

export function PresetChoice(props: FieldProps<PresetName>) {
  return (
    <Choice
      label="What runs there"
      value={props.value}
      onChange={(event) => props.onChange(event.target.value as PresetName)}
    >
      <option value="catalyst">Catalyst</option>
      <option value="stockspark">StockSpark</option>
      <option value="stockpulse">StockPulse</option>
      <option value="generic">Another MCP server</option>
    </Choice>
  );
}

export function McpUrlField(props: FieldProps & { hint?: string }) {
  return (
    <Field
      label="MCP address, as seen from the droplet"
      value={props.value}
      error={props.error}
      hint={props.hint ?? ''}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}
