import type { NoticeSettings } from '../../../electron/contract/settings.ts';
import { useMirror, useNow } from '../../api/app-context.tsx';
import { useChangePreferences, usePreferences } from '../../api/preferences.ts';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { clockText } from '../../parts/time-text.ts';
import { SwitchRow } from './switch-row.tsx';

type Kind = NoticeSettings['off'][number];

export const KINDS: readonly (readonly [Kind, string, string])[] = [
  ['link', 'Link', 'Lost for 10 s, or waiting for you. One notice, whatever else becomes unknown with it.'],
  ['services', 'Services', 'Down by our own probe for 20 s while the link works; not in planned downtime.'],
  ['consent', 'Consent', 'A client asks to add risk. The request itself is always shown.'],
  ['outcome', 'Unknown outcomes', 'An order was sent and no usable answer came.'],
  ['trading', 'Trading', 'A stop that is not confirmed; prices that stand still.'],
  ['clients', 'Clients', "An entry of ours is gone from a client's configuration."],
  ['tools', 'New tools', 'A back end offers tools that wait for approval.'],
];

const HOUR = 3_600_000;

/** What a person is told of by toast and notification, and a pause. */
export function NoticesPanel() {
  const { notices } = usePreferences();
  const change = useChangePreferences();
  const now = useNow();
  const electron = useMirror((s) => s.app?.app.shell === 'electron');
  const set = (next: Partial<NoticeSettings>) => void change({ notices: { ...notices, ...next } });
  const paused = notices.pausedUntil !== null && notices.pausedUntil > now ? notices.pausedUntil : null;
  return (
    <Panel
      title="Notices"
      aside={
        paused === null ? (
          <>
            <Button small onClick={() => set({ pausedUntil: Date.now() + HOUR })}>
              Pause for 1 h
            </Button>
            <Button small onClick={() => set({ pausedUntil: Date.now() + 8 * HOUR })}>
              8 h
            </Button>
          </>
        ) : (
          <>
            <span className="text-attention">Paused until {clockText(paused).slice(0, 5)}</span>
            <Button small onClick={() => set({ pausedUntil: null })}>
              Go on
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-2">
        {KINDS.map(([kind, label, note]) => (
          <SwitchRow
            key={kind}
            label={label}
            note={note}
            checked={!notices.off.includes(kind)}
            onChange={(checked) =>
              set({ off: checked ? notices.off.filter((one) => one !== kind) : [...notices.off, kind] })
            }
          />
        ))}
        <SwitchRow
          label="Security"
          note="A changed host key, tool or client configuration. Always told, paused or not."
          checked
          disabled
          onChange={() => undefined}
        />
        {electron ? (
          <SwitchRow
            label="On the desktop"
            note="As notifications of the system too, not only in this window."
            checked={notices.desktop}
            onChange={(desktop) => set({ desktop })}
          />
        ) : null}
      </div>
    </Panel>
  );
}
