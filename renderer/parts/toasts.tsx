import { Check, X } from 'lucide-react';
import { useApp, useUi } from '../api/app-context.tsx';
import { Button, IconButton } from './button.tsx';
import { PlainText } from './plain-text.tsx';
import { StateMark } from './state-mark.tsx';

const MARKS = { problem: 'danger', danger: 'danger', attention: 'attention', info: 'off' } as const;

/** Short messages of what was done or went wrong, read out politely. Clear of the drawers at the right and, where there is room, of the names in the first column. */
export function Toasts() {
  const { ui } = useApp();
  const notices = useUi((s) => s.notices);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed bottom-4 left-100 z-60 flex w-88 max-w-[calc(100vw-32px)] flex-col gap-2 max-xl:left-56 max-lg-nav:left-16"
    >
      {notices.map((notice) => (
        <div
          key={notice.id}
          data-testid="notice"
          className="pointer-events-auto flex items-start gap-2 rounded-md bg-raised py-2 pr-1 pl-3 shadow-overlay"
        >
          <span className="flex h-5 items-center">
            {notice.tone === 'done' ? (
              <Check size={14} aria-hidden className="text-live" />
            ) : (
              <StateMark tone={MARKS[notice.tone]} />
            )}
          </span>
          <div className="min-w-0 flex-1">
            <p className="font-medium break-words">
              <PlainText text={notice.text} />
            </p>
            {notice.next === '' ? null : (
              <p className="text-sm break-words text-quiet">
                <PlainText text={notice.next.slice(0, 400)} />
              </p>
            )}
            {notice.standing === undefined ? null : (
              <Button
                small
                className="mt-1"
                onClick={() => {
                  const { key, action } = notice.standing ?? {};
                  if (key === undefined || action === undefined) return;
                  ui.go({
                    page: action.page,
                    ...(action.profile === null ? {} : { profile: action.profile }),
                  });
                  ui.clearNotice(key);
                }}
              >
                {notice.standing.action.label}
              </Button>
            )}
          </div>
          <IconButton label="Dismiss" className="-my-1" onClick={() => ui.dismiss(notice.id)}>
            <X size={14} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
