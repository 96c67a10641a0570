import { Check, X } from 'lucide-react';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useApp, useUi } from '../api/app-context.tsx';
import { isListed, lifeOf, shownToasts } from '../api/toast-rules.ts';
import type { Toast } from '../api/ui-store.ts';
import { Button, IconButton } from './button.tsx';
import { PlainText } from './plain-text.tsx';
import { StateMark } from './state-mark.tsx';

const MARKS = { problem: 'danger', danger: 'danger', attention: 'attention', info: 'off' } as const;

const LOW = '(height < 700px)';
function onLow(told: () => void): () => void {
  const query = matchMedia(LOW);
  query.addEventListener('change', told);
  return () => query.removeEventListener('change', told);
}

/** How many messages leave the page its own: two in a low window, three else. */
function useRoom(): number {
  return useSyncExternalStore(onLow, () => matchMedia(LOW).matches) ? 2 : 3;
}

/** After somebody has looked away from it, ms. */
const LEAST_MS = 2_000;

/**
 * The messages that may be on the screen: all, or over a dialog what came of something done in it. What holds is not
 * laid over a question; it is behind the bell.
 */
function usePresent(): readonly Toast[] {
  const toasts = useUi((s) => s.notices);
  const since = useUi((s) => s.overlays[0]?.openedAt);
  return useMemo(
    () =>
      since === undefined
        ? toasts
        : toasts.filter(({ standing, at }) => standing === undefined && at >= since),
    [toasts, since],
  );
}

/** Takes a message off the screen when its time is over; not while somebody reads or is about to press. */
function useLife(toasts: readonly Toast[], held: boolean): void {
  const { ui } = useApp();
  useEffect(() => {
    if (held) return undefined;
    const timers = toasts.flatMap((toast) => {
      const life = toast.folded === true ? null : lifeOf(toast);
      const left = toast.at + (life ?? 0) - Date.now();
      return life === null ? [] : [setTimeout(() => ui.fold(toast), Math.max(LEAST_MS, left))];
    });
    return () => timers.forEach(clearTimeout);
  }, [ui, toasts, held]);
}

function Card({ toast, onGone }: { toast: Toast; onGone: () => void }) {
  const { ui } = useApp();
  const { standing } = toast;
  const dismiss = (byKey: boolean) => {
    ui.dismiss(toast.id);
    onGone();
    // the button that had the focus is gone with it
    if (byKey) document.querySelector<HTMLElement>('#page')?.focus();
  };
  return (
    <div
      data-testid="notice"
      className="pointer-events-auto flex items-start gap-2 rounded-md bg-raised py-2 pr-1 pl-3 shadow-overlay"
    >
      <span className="flex h-5 items-center">
        {toast.tone === 'done' ? (
          <Check size={14} aria-hidden className="text-live" />
        ) : (
          <StateMark tone={MARKS[toast.tone]} />
        )}
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">
          <PlainText text={toast.text} />
        </p>
        {toast.next === '' ? null : (
          <p className="line-clamp-4 text-sm break-words text-quiet">
            <PlainText text={toast.next.slice(0, 400)} />
          </p>
        )}
      </div>
      {standing === undefined ? null : (
        <Button
          small
          className="-my-0.5"
          onClick={() => {
            const { page, profile } = standing.action;
            ui.go({ page, ...(profile === null ? {} : { profile }) });
            ui.clearNotice(standing.key);
            onGone();
          }}
        >
          {standing.action.label}
        </Button>
      )}
      <IconButton label="Dismiss" className="-my-1" onClick={(event) => dismiss(event.detail === 0)}>
        <X size={14} />
      </IconButton>
    </div>
  );
}

/**
 * Short messages of what was done or went wrong, read out politely. Clear of the drawers at the right and, where there
 * is room, of the names in the first column; more than fit are in the list behind the bell.
 */
export function Toasts() {
  const { ui } = useApp();
  const toasts = usePresent();
  const [held, setHeld] = useState(false);
  useLife(toasts, held);
  const shown = shownToasts(toasts, useRoom());
  const more = toasts.filter(
    (toast) => toast.folded !== true && isListed(toast) && !shown.includes(toast),
  ).length;
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed bottom-4 left-100 z-60 flex w-88 max-w-[calc(100vw-32px)] flex-col gap-2 max-xl:left-56 max-lg-nav:left-16"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {more === 0 ? null : (
        <Button
          small
          className="pointer-events-auto self-start shadow-overlay"
          onClick={() => ui.store.setState({ noticesOpen: true })}
        >
          {more} more behind the bell
        </Button>
      )}
      {shown.map((toast) => (
        <Card key={toast.id} toast={toast} onGone={() => setHeld(false)} />
      ))}
    </div>
  );
}
