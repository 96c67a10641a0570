import { positionsFreshness } from '../../electron/contract/freshness.ts';
import type { Grant, UnresolvedCall } from '../../electron/contract/guard.ts';
import { age } from '../../electron/contract/present.ts';
import { useAction, useFromNow, useProfile } from '../api/app-context.tsx';
import { Age } from './age.tsx';
import { Button } from './button.tsx';
import { Note } from './panel.tsx';
import { PlainText } from './plain-text.tsx';

function GrantNote({ profile, grant }: { profile: string; grant: Grant }) {
  const act = useAction();
  const left = useFromNow((now) => age(Math.max(0, grant.expiresAt - now)));
  return (
    <Note
      inline
      tone="attention"
      testId="grant"
      title={
        <>
          <PlainText text={grant.tool} /> runs without asking for {left} more.
        </>
      }
      actions={
        <Button
          small
          onClick={() =>
            void act(
              (c) => c.guard.revokeGrant({ profile, id: grant.id }),
              'Ended. Every start is asked again.',
            )
          }
        >
          Revoke
        </Button>
      }
    >
      For <PlainText text={grant.client} />, {grant.used} {grant.used === 1 ? 'call' : 'calls'} so far.
    </Note>
  );
}

function OpenOutcome({ profile, call }: { profile: string; call: UnresolvedCall }) {
  const act = useAction();
  const isRunning = call.endedAt === null;
  return (
    <Note
      tone={isRunning ? 'working' : 'unknown'}
      testId="open-outcome"
      title={
        <>
          <PlainText text={call.tool} /> {isRunning ? 'is still running' : 'may have been carried out'},
          allowed <Age at={call.at} />.
        </>
      }
      actions={
        isRunning ? null : (
          <Button
            small
            title="You have looked and know what became of it. It stays unknown on record."
            onClick={() => void act((c) => c.guard.dismiss({ profile, id: call.id }), 'Dismissed.')}
          >
            I have looked
          </Button>
        )
      }
    >
      {isRunning
        ? 'By '
        : 'Nobody knows what became of it; look at the positions before it is tried again. By '}
      <PlainText text={call.client} />. <PlainText text={call.detail} />
    </Note>
  );
}

/** Answers arrive, but what should move does not: beside every list of positions, since ages look fine. */
export function FrozenNote() {
  const frozen = useProfile((p) => {
    const { state, text } = positionsFreshness(p, Date.now());
    return state === 'frozen' ? text : '';
  });
  if (!frozen) return null;
  return (
    <Note inline tone="attention" title="Frozen prices." testId="frozen">
      {frozen}
    </Note>
  );
}

const NONE: readonly never[] = [];

/** What a person should know before anything is started: doubts about the back end, grants that run, outcomes that are open. */
export function GuardNotes() {
  const name = useProfile((p) => p.profile.name);
  const mismatch = useProfile((p) => p.guard.mismatch);
  const grants = useProfile((p) => p.guard.grants) ?? NONE;
  const unresolved = useProfile((p) => p.guard.unresolved) ?? NONE;
  if (name === undefined) return null;
  return (
    <>
      {mismatch ? (
        <Note inline tone="danger" title={`${mismatch}.`} testId="mismatch">
          No start is let through until one of the two is set right.
        </Note>
      ) : null}
      <FrozenNote />
      {grants.map((grant) => (
        <GrantNote key={grant.id} profile={name} grant={grant} />
      ))}
      {unresolved.map((call) => (
        <OpenOutcome key={call.id} profile={name} call={call} />
      ))}
    </>
  );
}
