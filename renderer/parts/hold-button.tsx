import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';

/** How long a thing that sells must be held, ms. */
export const HOLD_MS = 2_000;

/**
 * A button that acts when it was held for two seconds, by pointer or by Space or Enter. Letting go, leaving it or
 * losing the focus before that does nothing, and a key that was already down when it got the focus does not count.
 */
export function HoldButton(props: { onHeld: () => void; disabled?: boolean; children: ReactNode }) {
  const { disabled = false } = props;
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const onHeld = useRef(props.onHeld);
  useEffect(() => {
    onHeld.current = props.onHeld;
  });
  const cancel = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHolding(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = () => {
    if (disabled || timer.current !== undefined) return;
    setHolding(true);
    timer.current = setTimeout(() => {
      cancel();
      onHeld.current();
    }, HOLD_MS);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    if (!event.repeat) begin();
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button === 0) begin();
  };
  return (
    <button
      type="button"
      data-testid="hold-to-confirm"
      data-holding={holding ? '' : undefined}
      disabled={disabled}
      className="hold relative inline-flex h-9 shrink-0 items-center justify-center overflow-hidden rounded-md border border-danger px-4 font-medium text-danger select-none disabled:opacity-50"
      onPointerDown={onPointerDown}
      onPointerUp={cancel}
      onPointerLeave={cancel}
      onPointerCancel={cancel}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={onKeyDown}
      onKeyUp={cancel}
      onBlur={cancel}
    >
      <span aria-hidden className="hold-fill absolute inset-0 origin-left bg-danger-fill" />
      <span className="hold-text relative">{props.children}</span>
    </button>
  );
}
