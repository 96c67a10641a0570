/** A few words of which one holds, close together; arrow keys move as in a group of radio buttons. */
export function Choice<T extends string>(props: {
  label: string;
  options: readonly (readonly [T, string])[];
  value: T;
  onChoose: (value: T) => void;
}) {
  const { label, options, value, onChoose } = props;
  const move = (event: React.KeyboardEvent, by: number) => {
    event.preventDefault();
    const at = options.findIndex(([key]) => key === value);
    const next = options[(at + by + options.length) % options.length];
    if (next) onChoose(next[0]);
  };
  return (
    <span
      role="radiogroup"
      aria-label={label}
      className="flex rounded-md border border-line"
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight' || event.key === 'ArrowDown') move(event, 1);
        if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') move(event, -1);
      }}
    >
      {options.map(([key, words]) => (
        <button
          key={key}
          type="button"
          role="radio"
          aria-checked={value === key}
          tabIndex={value === key ? 0 : -1}
          className={`transition-quick h-6 rounded-md px-2 text-sm whitespace-nowrap ${value === key ? 'bg-selected font-medium text-text' : 'text-quiet hover:bg-hover'}`}
          onClick={() => onChoose(key)}
        >
          {words}
        </button>
      ))}
    </span>
  );
}
