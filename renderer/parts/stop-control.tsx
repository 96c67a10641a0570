import { Menu } from '@base-ui/react/menu';
import { ChevronDown, OctagonX } from 'lucide-react';
import { useApp, useUi } from '../api/app-context.tsx';
import { sendStop } from '../api/stop.ts';
import { Button } from './button.tsx';
import { useCanCloseAll } from './close-everything.tsx';

const ITEM = 'flex flex-col rounded-sm px-3 py-2 outline-none data-highlighted:bg-hover';

function StopMenu({ profile }: { profile: string }) {
  const app = useApp();
  return (
    <Menu.Root>
      <Menu.Trigger
        data-testid="stop-menu"
        aria-label="Other ways to stop"
        className="transition-quick inline-flex h-7 w-6 items-center justify-center rounded-r-md border-l border-on-fill/40 bg-danger-fill text-on-fill hover:opacity-90"
      >
        <ChevronDown size={14} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={4} className="z-40">
          <Menu.Popup className="popup w-80 rounded-md bg-raised p-1 shadow-overlay outline-none">
            <Menu.Item className={ITEM} onClick={() => void sendStop(app, profile)}>
              <span className="font-medium">Stop new trades on {profile}</span>
              <span className="text-sm text-quiet">At once, no question. Open positions stay open.</span>
            </Menu.Item>
            <Menu.Item
              className={ITEM}
              data-testid="close-all-open"
              onClick={() => app.ui.store.setState({ closing: profile })}
            >
              <span className="font-medium text-danger">Close everything on {profile}…</span>
              <span className="text-sm text-quiet">Sells every open position. Asks first.</span>
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** One click stops new trades: no question before it, a report after it. The menu beside it can close everything. */
export function StopButton({ profile }: { profile: string | null }) {
  const app = useApp();
  const sending = useUi((s) => s.stop?.phase === 'sending');
  const more = useCanCloseAll(profile);
  return (
    <span className="flex shrink-0">
      <Button
        look="danger-fill"
        className={more ? 'rounded-r-none' : ''}
        data-testid="stop-trading"
        disabled={profile === null}
        title={
          profile === null ? 'No profile yet' : `Stops new trades on ${profile}; open positions stay open`
        }
        icon={<OctagonX size={14} aria-hidden />}
        onClick={() => (profile === null ? undefined : void sendStop(app, profile))}
      >
        {sending ? 'STOPPING…' : 'STOP TRADING'}
      </Button>
      {more && profile !== null ? <StopMenu profile={profile} /> : null}
    </span>
  );
}
