import type { ComponentProps, ReactNode } from 'react';
import { useId } from 'react';

export const INPUT =
  'h-7 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2 text-text disabled:opacity-50 aria-[invalid=true]:border-danger';

/** A labelled input with its hint or error below; the place for either is always there. */
export function Field(
  props: { label: string; hint?: string; error?: string | undefined } & ComponentProps<'input'>,
) {
  const { label, hint, error, ...input } = props;
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        className={INPUT}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-note`}
        {...input}
      />
      <p
        id={`${id}-note`}
        className={`min-h-4 text-xs ${error === undefined ? 'text-quiet' : 'text-danger'}`}
      >
        {error ?? hint}
      </p>
    </div>
  );
}

/** Ties a `Field` to the text of this name in a form: what it holds, what is wrong with it, and where a change goes. */
export function textOf<Name extends string>(
  name: Name,
  editing: {
    form: Readonly<Record<Name, string>>;
    errors: Readonly<Partial<Record<Name, string>>>;
    change: (part: Partial<Record<Name, string>>) => void;
  },
): Pick<ComponentProps<typeof Field>, 'value' | 'error' | 'onChange'> {
  const { form, errors, change } = editing;
  return {
    value: form[name],
    error: errors[name],
    onChange: (event) => change({ [name]: event.target.value } as Partial<Record<Name, string>>),
  };
}

/** A native select: no portal, no script, every platform's own keyboard. */
export function Choice(
  props: { label: string; hideLabel?: boolean; children: ReactNode } & ComponentProps<'select'>,
) {
  const { label, hideLabel = false, children, className = '', ...select } = props;
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-sm font-medium'}>
        {label}
      </label>
      <select id={id} className={`${INPUT} ${className}`} {...select}>
        {children}
      </select>
    </div>
  );
}

/** The filter of a page; `/` puts the cursor here. */
export function FilterInput({
  label,
  wide = false,
  ...input
}: { label: string; wide?: boolean } & ComponentProps<'input'>) {
  return (
    <div className={`relative max-w-full min-w-32 shrink ${wide ? '' : 'w-64'}`}>
      <input
        type="search"
        data-filter
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        className={`${INPUT} peer pr-7`}
        {...input}
      />
      <kbd
        aria-hidden
        className="pointer-events-none absolute top-1.5 right-2 text-xs text-quiet peer-focus:hidden peer-[:not(:placeholder-shown)]:hidden"
      >
        /
      </kbd>
    </div>
  );
}
