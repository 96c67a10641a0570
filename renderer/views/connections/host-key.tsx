import type { LinkState } from '../../../electron/contract/link.ts';
import { useAction } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { Note } from '../../parts/panel.tsx';

type Blocked = Extract<LinkState, { state: 'blocked' }>;

function Unknown({ profile, link }: { profile: string; link: Blocked }) {
  const act = useAction();
  const key = link.hostKey;
  if (key === undefined) return null;
  return (
    <Note
      tone="attention"
      title={`First contact with ${key.host}: is this its key?`}
      testId="host-key-unknown"
    >
      <p className="pb-2">
        Nothing about you was sent yet, not even a user name. Compare the fingerprint with what the droplet
        itself shows, e.g. in your provider’s console:{' '}
        <code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code>
      </p>
      <CopyField text={key.fingerprint} label="fingerprint" />
      <div className="flex items-center gap-3 pt-2">
        <Button
          look="primary"
          data-testid="trust"
          onClick={() => void act((c) => c.links.trust({ profile, fingerprint: key.fingerprint }))}
        >
          It is the same: trust and connect
        </Button>
        <span className="text-sm">{key.type}</span>
      </div>
    </Note>
  );
}

function Changed({ profile, link }: { profile: string; link: Blocked }) {
  const act = useAction();
  const key = link.hostKey;
  if (key === undefined) return null;
  return (
    <Note tone="danger" title={`${key.host} shows a different key than before`} testId="host-key-changed">
      <p className="pb-2">
        Either the droplet was reinstalled, or somebody stands between you and it. Nothing was sent. If you
        know why it changed, forget the old key; the new one is then shown for you to compare.
      </p>
      <p className="text-sm">Shown now ({key.type})</p>
      <CopyField text={key.fingerprint} label="fingerprint shown now" />
      {key.known.map((fingerprint) => (
        <div key={fingerprint} className="pt-2">
          <p className="text-sm">Trusted before</p>
          <CopyField text={fingerprint} label="fingerprint trusted before" />
          <Button
            look="danger"
            small
            className="mt-2"
            onClick={() =>
              void act((c) => c.links.untrust({ profile, fingerprint }), 'The old key is forgotten.')
            }
          >
            Forget this key
          </Button>
        </div>
      ))}
    </Note>
  );
}

/** The host key where it stands in the way: shown in full, trusted or refused in place. */
export function HostKey({ profile, link }: { profile: string; link: LinkState }) {
  if (link.state !== 'blocked') return null;
  if (link.reason === 'host-key-unknown') return <Unknown profile={profile} link={link} />;
  if (link.reason === 'host-key-changed') return <Changed profile={profile} link={link} />;
  return (
    <Note tone="danger" title={link.error.message} testId="blocked">
      {link.error.next} <code className="text-xs">{link.error.code}</code>
    </Note>
  );
}
