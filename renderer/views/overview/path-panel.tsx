import { useAction, useApp, useMirror, useNow, useProfile } from '../../api/app-context.tsx';
import { linkActions } from '../../../electron/contract/present.ts';
import type { BridgeClient } from '../../../electron/contract/bridge.ts';
import { AskDoctor } from '../../parts/ask-doctor.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/panel.tsx';
import type { Path } from '../../parts/path-hops.ts';
import { pathOf } from '../../parts/path-hops.ts';
import { PathStrip } from '../../parts/path-strip.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { PlainText } from '../../parts/plain-text.tsx';

const NONE: Record<string, BridgeClient> = {};

function BreakNote({ broken }: { broken: NonNullable<Path['broken']> }) {
  const { ui } = useApp();
  const act = useAction();
  const profile = useProfile((p) => p.profile.name);
  const link = useProfile((p) => p.link);
  const key = useProfile((p) => p.chain.some((entry) => entry.hostKey !== null)) ?? false;
  if (profile === undefined || link === undefined) return null;
  const can = linkActions(link);
  const atLink = broken.key === 'link' || broken.key === 'droplet' || broken.key.startsWith('jump-');
  const actions = (
    <>
      {key || can.trust || (link.state === 'blocked' && link.reason === 'host-key-changed') ? (
        <Button small onClick={() => ui.go({ page: 'connections', section: 'link' })}>
          See the host key
        </Button>
      ) : null}
      {can.connect ? (
        <Button small look="primary" onClick={() => void act((c) => c.links.connect({ profile, waitMs: 0 }))}>
          Connect
        </Button>
      ) : null}
      {can.retry && atLink && link.state !== 'degraded' ? (
        <Button small onClick={() => void act((c) => c.links.retry({ profile }))}>
          Retry now
        </Button>
      ) : null}
      <AskDoctor profile={profile} atLink={atLink} link={link} />
      {broken.key === 'services' ? (
        <Button small onClick={() => ui.go({ page: 'services' })}>
          Services
        </Button>
      ) : null}
    </>
  );
  return (
    <div className="px-2 pb-2">
      <Note inline tone={broken.tone} title={broken.cause} actions={actions} testId="broken-hop">
        {broken.next === '' ? undefined : broken.next}
      </Note>
    </div>
  );
}

/** Small, since the path works: which link is in use instead of the first choice, and a certificate that ends. */
function PathNotes({ notes }: { notes: Path['notes'] }) {
  const { ui } = useApp();
  return (
    <ul className="flex flex-col gap-0.5 px-4 pb-2" data-testid="path-notes">
      {notes.map((note) => (
        <li key={note.slice(0, 40)} className="flex items-start gap-1.5 text-sm">
          <span className="flex h-4 items-center">
            <StateMark tone="attention" size={10} />
          </span>
          <button
            type="button"
            className="text-left text-quiet hover:text-text"
            onClick={() => ui.go({ page: 'connections', section: 'link' })}
          >
            <PlainText text={note} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Claude, bridge, link, droplet and services, with the first broken one explained. */
export function PathPanel() {
  const { ui } = useApp();
  const now = useNow();
  const state = useProfile((p) => p);
  const clients = useMirror((s) => s.app?.clients ?? NONE);
  const answering = useMirror((s) => s.connection === 'open');
  if (state === undefined) return null;
  const path = pathOf(state, Object.values(clients), now, answering);
  return (
    <section aria-label="Path" className="rounded-md border border-line bg-raised">
      <PathStrip
        path={path}
        onOpen={(hop) =>
          ui.go(hop.section === undefined ? { page: hop.page } : { page: hop.page, section: hop.section })
        }
      />
      {path.notes.length === 0 ? null : <PathNotes notes={path.notes} />}
      {path.broken === null || path.broken.tone === 'working' || path.broken.key === 'bridge' ? null : (
        <BreakNote broken={path.broken} />
      )}
    </section>
  );
}
