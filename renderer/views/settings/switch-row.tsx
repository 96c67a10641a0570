import { useId } from 'react';

/** One thing that is on or off, with what that means: a native checkbox. */
export function SwitchRow(props: {
  label: string;
  note: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <input
        type="checkbox"
        id={id}
        className="mt-0.5 size-4 shrink-0 accent-[var(--accent-fill)]"
        checked={props.checked}
        disabled={props.disabled ?? false}
        aria-describedby={`${id}-note`}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <label htmlFor={id} className="w-40 shrink-0">
        {props.label}
      </label>
      <span id={`${id}-note`} className="min-w-0 text-quiet">
        {props.note}
      </span>
    </div>
  );
}
