import type { ReactNode } from 'react';
import { Choice, FilterInput } from '../../parts/field.tsx';
import { visible } from '../../parts/hidden-text.ts';

/** The controls above a list: what can be chosen, then the search. */
export function NarrowBar(props: {
  name: string;
  /** Of the search. */
  label: string;
  text: string;
  onText: (text: string) => void;
  children: ReactNode;
}) {
  return (
    <div className="flex flex-wrap items-center gap-2" data-testid={`${props.name}-bar`}>
      {props.children}
      <div className="max-w-96 min-w-44 flex-1">
        <FilterInput
          wide
          label={props.label}
          value={props.text}
          maxLength={200}
          onChange={(event) => props.onText(event.target.value)}
        />
      </div>
    </div>
  );
}

/** One thing to narrow by; every control of the bar is as wide as the others. */
export function Narrow(props: {
  label: string;
  testId: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <div className="max-w-36 min-w-28 flex-1">
      <Choice
        label={props.label}
        hideLabel
        data-testid={props.testId}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      >
        {props.children}
      </Choice>
    </div>
  );
}

/** All, or one of those that were seen. */
export function Options({ all, of }: { all: string; of: readonly string[] }) {
  return (
    <>
      <option value="">{all}</option>
      {of.map((one) => (
        <option key={one} value={one}>
          {visible(one)}
        </option>
      ))}
    </>
  );
}
