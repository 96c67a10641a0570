import { useState } from 'react';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { Chain, LinkState } from '../../../electron/contract/link.ts';
import type { Profile } from '../../../electron/contract/profile.ts';
import { useAction, useApp, useCall } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { Field } from '../../parts/field.tsx';
import { Note } from '../../parts/panel.tsx';
import type { KeyToJudge } from './chain-rows.ts';
import { keysToJudge } from './chain-rows.ts';

/** `ssh-ed25519` and the like as the file on the server is called. */
function keyFile(type: string): string {
  const kind = /ed25519|ecdsa|rsa|dsa/.exec(type)?.[0] ?? 'ed25519';
  return `/etc/ssh/ssh_host_${kind}_key.pub`;
}

const ownerOf = ({ jump }: KeyToJudge) => (jump ? 'the jump host' : 'the droplet');

function Unknown({ profile, judged }: { profile: string; judged: KeyToJudge }) {
  const act = useAction();
  const { key, jump } = judged;
  const owner = ownerOf(judged);
  return (
    <Note
      tone="attention"
      title={`First contact with ${jump ? `the jump host ${key.host}` : key.host}: is this its key?`}
      testId="host-key-unknown"
    >
      <p className="pb-2">
        Nothing about you was sent yet, not even a user name. Compare the fingerprint with what {owner} itself
        shows, e.g. in your provider's console: <code>ssh-keygen -lf {keyFile(key.type)}</code>
      </p>
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-3">
        <CopyField text={key.fingerprint} label="fingerprint" />
        <Button
          look="primary"
          data-testid="trust"
          onClick={() => void act((c) => c.links.trust({ profile, fingerprint: key.fingerprint }))}
        >
          It is the same: trust
        </Button>
      </div>
      <p className="pt-1 text-sm">{key.type}</p>
    </Note>
  );
}

const ELSEWHERE: ErrorShape = {
  code: 'LINK_HOST_KEY_CHANGED',
  message: "That key is not stored in this app's own file, so nothing was removed.",
  next: 'It stands in your own known_hosts; remove it there with the command below.',
};

/** Behind a disclosure and a typed name: forgetting is a decision of its own, and accepts nothing. */
function ForgetOld({ profile, judged }: { profile: string; judged: KeyToJudge }) {
  const call = useCall();
  const { ui } = useApp();
  const [typed, setTyped] = useState('');
  const { key } = judged;
  const owner = ownerOf(judged);
  const forget = async () => {
    const done = await call((c) =>
      Promise.all(key.known.map((fingerprint) => c.links.untrust({ profile, fingerprint }))),
    );
    const error = done.ok
      ? done.value.every(({ removed }) => removed === 0)
        ? ELSEWHERE
        : null
      : done.error;
    if (error === null) ui.notify('done', 'The old key is forgotten. The new one is shown to compare.');
    else ui.notify('problem', error.message, error.next);
  };
  return (
    <details className="pt-3">
      <summary className="font-medium text-text">I know why it changed, e.g. I set up {owner} anew</summary>
      <form
        className="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-3 pt-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === profile) void forget();
        }}
      >
        <Field
          label={`Type ${profile} to forget the old key`}
          hint="The new key is not accepted by this; it is shown for you to compare, as at first contact."
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit" disabled={typed !== profile} className="mb-5">
          Forget the old key
        </Button>
      </form>
      <p className="pb-1">If the old key stands in your own known_hosts:</p>
      <CopyField text={`ssh-keygen -R '${key.host}'`} label="command" />
    </details>
  );
}

function Changed({ profile, judged }: { profile: string; judged: KeyToJudge }) {
  const { key } = judged;
  const owner = ownerOf(judged);
  return (
    <Note tone="danger" title={`${key.host} shows a different key than before`} testId="host-key-changed">
      <p className="pb-3">
        Either {owner} was set up anew, or somebody stands between you and it. Nothing was sent, and no other
        link is used meanwhile. Ask whoever runs it which fingerprint is right.
      </p>
      <div className="grid grid-cols-2 gap-3">
        <div className="min-w-0">
          <p className="pb-1 text-sm font-medium text-text">Trusted before</p>
          {key.known.map((fingerprint) => (
            <CopyField key={fingerprint} text={fingerprint} label="fingerprint trusted before" />
          ))}
        </div>
        <div className="min-w-0">
          <p className="pb-1 text-sm font-medium text-danger">Shown now · {key.type}</p>
          <CopyField text={key.fingerprint} label="fingerprint shown now" />
        </div>
      </div>
      <ForgetOld profile={profile} judged={judged} />
    </Note>
  );
}

/** The host keys that stand in the way: shown in full; an unknown one is trusted in place, a changed one never. */
export function HostKeys(props: { profile: Profile; chain: Chain; link: LinkState }) {
  const { profile, chain, link } = props;
  return keysToJudge(profile, chain, link).map((judged) => {
    const View = judged.changed ? Changed : Unknown;
    return <View key={judged.key.host} profile={profile.name} judged={judged} />;
  });
}
