import type { ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import type { BridgeClient } from '../../../electron/contract/bridge.ts';
import { carries } from '../../../electron/contract/awaited.ts';
import type { ProfileState } from '../../../electron/contract/state.ts';
import { useAction, useApp, useMirror, useNow } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { HostKeys } from '../connections/host-key.tsx';
import type { Check } from './checks.ts';
import { checksOf, currentOf } from './checks.ts';
import { ClaudeStep, useClaude } from './claude-step.tsx';
import { KeyLine, NginxHelp, Remedy, useMadeHere } from './remedies.tsx';

/** A key that was made a minute ago is refused because its line is not there yet: that waits for the person. */
function awaited(check: Check, code: string): Check {
  return code === 'LINK_AUTH_REFUSED'
    ? { ...check, tone: 'attention', detail: 'waits for the line below' }
    : check;
}

function Line({ check, current, children }: { check: Check; current: boolean; children?: ReactNode }) {
  return (
    <li
      className="flex flex-col gap-2 border-line py-2 not-first:border-t"
      data-testid={`check-${check.id}`}
      data-tone={check.tone}
      aria-current={current ? 'step' : undefined}
    >
      <div className="flex min-h-5 items-center gap-3">
        <StateMark tone={check.tone} size={14} />
        <span className={check.tone === 'off' && !current ? 'text-quiet' : 'font-medium'}>{check.title}</span>
        <span className="text-quiet">{check.detail}</span>
      </div>
      {children ? <div className="pl-[26px] empty:hidden">{children}</div> : null}
    </li>
  );
}

function Services({ state }: { state: ProfileState }) {
  const { services } = state.health;
  if (services.length === 0 || !carries(state.link)) return null;
  const silent = services.find(({ verdict, probedAt }) => verdict !== 'up' && probedAt !== null);
  const tone = { up: 'live', degraded: 'attention', down: 'danger', unknown: 'unknown' } as const;
  return (
    <>
      <ul className="flex flex-wrap gap-x-5 gap-y-1">
        {services.map(({ name, verdict, reason }) => (
          <li key={name} className="flex items-center gap-1.5" title={reason ?? undefined}>
            <StateMark tone={tone[verdict]} size={10} />
            {name}
          </li>
        ))}
      </ul>
      {silent === undefined ? null : (
        <p className="pt-1 text-quiet">
          <PlainText text={`${silent.name}: ${(silent.reason ?? 'no answer').replace(/\.?$/, '.')}`} /> All of
          them are under Services; you can go on as it is.
        </p>
      )}
    </>
  );
}

/** What stands below a line: what a person does there, or what went wrong. */
function Body({ check, current, state }: { check: Check; current: boolean; state: ProfileState }) {
  switch (check.id) {
    case 'host-key':
      return current ? (
        <>
          <HostKeys profile={state.profile} chain={state.chain} link={state.link} />
          <Remedy state={state} auth={false} />
        </>
      ) : null;
    case 'auth': {
      const refused = current && (check.tone === 'danger' || check.tone === 'attention');
      return check.tone === 'live' ? null : (
        <div className="flex flex-col gap-2">
          <KeyLine state={state} refused={refused} />
          {refused ? <Remedy state={state} auth /> : null}
        </div>
      );
    }
    case 'services':
      return <Services state={state} />;
    case 'reach':
    case 'answer':
      return current ? <Remedy state={state} auth={false} /> : null;
    case 'claude':
      return null;
    default:
      return check.id satisfies never;
  }
}

const NO_CLIENTS: Record<string, BridgeClient> = {};

function Ends({ state, done }: { state: ProfileState; done: boolean }) {
  const act = useAction();
  const { ui } = useApp();
  const { profile, link } = state;
  const { name } = profile;
  const open = carries(link);
  const finish = async () => {
    if (await act((c) => c.droplet.setup({ profile: null }))) ui.go({ page: 'overview', profile: name });
  };
  const over = async () => {
    if (await act((c) => c.profiles.remove({ profile: name }))) ui.go({ page: 'overview', profile: null });
  };
  return (
    <div className="flex flex-wrap items-center gap-2 pt-2">
      {link.state === 'off' ? (
        <Button look="primary" onClick={() => void act((c) => c.links.connect({ profile: name, waitMs: 0 }))}>
          Connect
        </Button>
      ) : null}
      {open ? (
        <Button look={done ? 'primary' : 'plain'} data-testid="setup-finish" onClick={() => void finish()}>
          {done ? 'Done: open the overview' : 'Finish without Claude'}
        </Button>
      ) : null}
      {open ? null : (
        <Button look="ghost" className={link.state === 'off' ? '' : '-ml-3'} onClick={() => void over()}>
          Start over
        </Button>
      )}
      {done ? null : (
        <span className="text-sm text-quiet">
          You can leave at any time; it goes on where it is, also after a restart.
        </span>
      )}
    </div>
  );
}

/** The setup of a new profile as one column of checks that tick while it happens, each with its remedy in place. */
export function SetupPanel({ state }: { state: ProfileState }) {
  const { ui } = useApp();
  const now = useNow();
  const [version, setVersion] = useState(0);
  const claude = useClaude(version);
  const clients = useMirror((s) => s.app?.clients ?? NO_CLIENTS);
  const { name } = state.profile;
  const connected = Object.values(clients).some(({ profile }) => profile === name);
  const madeHere = useMadeHere(state);
  const checks = checksOf(state, claude, connected, now).map((check) =>
    madeHere && check.id === 'auth' && check.tone === 'danger' && state.link.state === 'blocked'
      ? awaited(check, state.link.error.code)
      : check,
  );
  const current = currentOf(checks);
  const heading = useRef<HTMLDivElement>(null);
  // the form that was here had the focus: the keyboard goes on from this panel, not from the top of the page
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const linked = checks
    .filter(({ id }) => id !== 'claude')
    .every(({ tone }) => tone === 'live' || tone === 'attention');
  const last = checks.find(({ id }) => id === 'claude');
  return (
    <Panel
      title={`Setting up ${name}`}
      aside={
        <Button
          small
          look="ghost"
          className="-mr-2"
          onClick={() => ui.store.setState({ onboardingHidden: true })}
        >
          Hide for now
        </Button>
      }
    >
      <div
        ref={heading}
        tabIndex={-1}
        className="max-w-260 outline-none"
        data-testid="setup"
        data-step={current ?? 'done'}
      >
        <ol aria-label={`Checks of ${name}`}>
          {checks.map((check) => (
            <Line key={check.id} check={check} current={check.id === current}>
              {check.id === 'claude' ? (
                linked && carries(state.link) ? (
                  <ClaudeStep
                    profile={name}
                    target={claude}
                    done={check.tone === 'live'}
                    connected={connected}
                    onChanged={() => setVersion((old) => old + 1)}
                  />
                ) : null
              ) : (
                <Body check={check} current={check.id === current} state={state} />
              )}
            </Line>
          ))}
        </ol>
        {state.link.state === 'live' ? null : <NginxHelp state={state} />}
        <Ends state={state} done={linked && last?.tone === 'live'} />
      </div>
    </Panel>
  );
}

/** In the place of the column while it is hidden. */
export function SetupReminder({ state }: { state: ProfileState }) {
  const { ui } = useApp();
  return (
    <div
      className="flex items-center gap-3 rounded-md border border-line bg-raised px-4 py-2"
      data-testid="setup-reminder"
    >
      <StateMark tone="working" />
      <span className="flex-1">The setup of {state.profile.name} is not finished.</span>
      <Button small look="primary" onClick={() => ui.store.setState({ onboardingHidden: false })}>
        Go on
      </Button>
    </div>
  );
}
