import type { ClientEntryState, ClientTarget } from '../../../electron/contract/bridge.ts';
import type { Tone } from '../../../electron/contract/present.ts';
import { useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { StateMark } from '../../parts/state-mark.tsx';

const STATES: Record<ClientEntryState, { tone: Tone; text: string }> = {
  ours: { tone: 'live', text: 'as it was written' },
  moved: { tone: 'attention', text: 'written before the app moved' },
  changed: { tone: 'danger', text: 'changed since it was written' },
  replaced: { tone: 'danger', text: 'starts something else than what was written' },
};

/** All that stands in a client's file, so that a stranger's entry is seen: ours first, then everybody else's. */
export function EntryList(props: {
  target: ClientTarget;
  profile: string;
  /** Takes out the entry of a profile that is gone. */
  onRemove: (profile: string) => void;
}) {
  const { target, profile, onRemove } = props;
  const { entries, strangers } = target;
  const profiles = useMirror((s) => s.app?.order);
  const isOrphan = (name: string) => profiles !== undefined && !profiles.includes(name);
  if (entries.length + strangers.length === 0) return null;
  return (
    <table className="w-full text-sm" aria-label={`Entries of ${target.label}`}>
      <thead className="sr-only">
        <tr>
          <th>Name</th>
          <th>Starts</th>
          <th>State</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.key} className="h-7 border-line not-first:border-t" data-testid="entry-ours">
            <td className="w-36 max-w-36 truncate pr-3">
              <span className="inline-flex items-center gap-2">
                <StateMark
                  tone={isOrphan(entry.profile) ? 'attention' : STATES[entry.state].tone}
                  size={10}
                />
                <code>{entry.key}</code>
              </span>
            </td>
            <td className="pr-3">
              this app, profile <span className="font-medium">{entry.profile}</span>
            </td>
            <td className="w-56 text-right text-quiet">
              {isOrphan(entry.profile) ? (
                <span className="inline-flex items-center gap-2">
                  <span className="text-attention">no such profile</span>
                  {entry.state === 'replaced' ? null : (
                    <Button small onClick={() => onRemove(entry.profile)}>
                      Remove…
                    </Button>
                  )}
                </span>
              ) : (
                STATES[entry.state].text
              )}
            </td>
          </tr>
        ))}
        {strangers.map((other) => (
          <tr key={other.key} className="h-7 border-line not-first:border-t" data-testid="entry-other">
            <td className="w-36 max-w-36 truncate pr-3">
              <span className="inline-flex items-center gap-2">
                <StateMark tone={other.key === profile ? 'attention' : 'off'} size={10} />
                <code>
                  <PlainText text={other.key} />
                </code>
              </span>
            </td>
            <td className="py-1 pr-3 wrap-anywhere text-quiet">
              <code>
                <PlainText text={other.start} />
              </code>
            </td>
            <td className="w-56 text-right text-quiet">
              {other.key === profile
                ? 'not ours, though it has this name'
                : other.env.length === 0
                  ? 'not ours'
                  : `not ours; sets ${other.env.join(', ')}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
