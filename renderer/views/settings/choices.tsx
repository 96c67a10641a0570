import { useId } from 'react';

/** One of a few: native radio buttons, drawn as a row of segments. */
export function Choices<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className="flex items-center gap-6">
      <legend className="float-left w-44 text-text">{props.label}</legend>
      <div className="flex rounded-md border border-line-strong bg-surface p-0.5">
        {props.options.map(([value, label]) => (
          <label
            key={value}
            className="transition-quick flex h-6 items-center rounded-sm px-3 text-quiet hover:text-text has-checked:bg-selected has-checked:font-medium has-checked:text-text has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === props.value}
              onChange={() => props.onChange(value)}
              className="sr-only"
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
