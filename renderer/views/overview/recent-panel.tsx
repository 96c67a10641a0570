import { useMemo } from 'react';
import type { ActivityEntry } from '../../../electron/contract/bridge.ts';
import { useApp, useMirror, useProfileName } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { OutcomeWord } from '../../parts/outcome.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { Duration } from '../../parts/quantity.tsx';
import { clockText } from '../../parts/time-text.ts';
import { PlainText } from '../../parts/plain-text.tsx';

const NONE: readonly ActivityEntry[] = [];
/** More than fit; whole lines are shown as far as there is room. */
const SHOWN = 40;

/** The newest entries of a profile, newest first. */
export function newest(
  activity: readonly ActivityEntry[],
  profile: string | null,
  count: number,
): ActivityEntry[] {
  const own = activity.filter((entry) => entry.profile === profile || entry.profile === '');
  return own.slice(-count).toReversed();
}

/** What was last asked and how it ended. */
export function RecentPanel() {
  const { ui } = useApp();
  const name = useProfileName();
  const activity = useMirror((s) => s.app?.activity ?? NONE);
  const entries = useMemo(() => newest(activity, name, SHOWN), [activity, name]);
  const aside = (
    <Button small look="ghost" className="-mr-2" onClick={() => ui.go({ page: 'activity' })}>
      All activity
    </Button>
  );
  return (
    <Panel title="Activity" aside={aside} flush>
      {entries.length === 0 ? (
        <Empty
          title="Nothing asked yet"
          actions={<Button onClick={() => ui.go({ page: 'clients' })}>Set up Claude Desktop</Button>}
        >
          Every request of Claude and of you appears here with its outcome.
        </Empty>
      ) : (
        <div className="relative h-full min-h-24">
          <ul className="absolute inset-0 flex flex-col flex-wrap content-start overflow-hidden">
            {entries.map((entry) => (
              <li key={entry.id} className="flex h-7 w-full items-center gap-3 px-4" title={entry.detail}>
                <time className="text-quiet">{clockText(entry.at)}</time>
                <span className="min-w-0 flex-1 truncate">
                  <PlainText text={entry.title} />{' '}
                  <span className="text-sm text-quiet">
                    <PlainText text={entry.actor} />
                  </span>
                </span>
                <OutcomeWord outcome={entry.outcome} />
                <span className="w-14 text-right text-quiet">
                  <Duration ms={entry.durationMs} />
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}
