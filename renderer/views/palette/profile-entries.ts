import type { AppState, ProfileState } from '../../../electron/contract/state.ts';
import { linkActions } from '../../../electron/contract/present.ts';
import type { App } from '../../api/app-context.tsx';
import { useAction, useApp, useMirror, useProfileName, useUi } from '../../api/app-context.tsx';
import { runDoctor } from '../../api/doctor.ts';
import { writerOf } from '../../api/log-filter.ts';
import { sendStop } from '../../api/stop.ts';
import type { Asked, Entry } from '../../api/ui-store.ts';
import { useCanCloseAll } from '../../parts/close-everything.tsx';
import { shown } from '../../parts/reading-note.tsx';
import { useRestart } from '../services/use-restart.ts';

const NONE: readonly string[] = [];
const NO_PROFILES: AppState['profiles'] = {};

/** Who types `stop` means the emergency stop, of the profile on screen, not a tool of like name or another's. */
const URGENT = { here: 4, elsewhere: 2 };
/** What concerns the profile on screen goes before the same of another. */
const HERE = 0.15;

/** Connect, disconnect and retry of every profile, as far as each can; and what waits for a person's eyes. */
function useLinkEntries(order: readonly string[], here: string | null): Entry[] {
  const { ui } = useApp();
  const act = useAction();
  const profiles = useMirror((s) => s.app?.profiles ?? NO_PROFILES);
  return order.flatMap((profile) => {
    const link = profiles[profile]?.link;
    if (link === undefined) return [];
    const can = linkActions(link);
    const entry = (label: string, run: () => unknown): Entry => ({
      label: `${label} ${profile}`,
      group: 'Link',
      weight: profile === here ? HERE : 0,
      run: () => void run(),
    });
    const keyWaits = link.state === 'blocked' && link.reason.startsWith('host-key');
    return [
      ...(can.connect ? [entry('Connect', () => act((c) => c.links.connect({ profile, waitMs: 0 })))] : []),
      ...(can.retry ? [entry('Retry now', () => act((c) => c.links.retry({ profile })))] : []),
      ...(can.disconnect ? [entry('Disconnect', () => act((c) => c.links.disconnect({ profile })))] : []),
      ...(keyWaits
        ? [entry('See the host key of', () => ui.go({ page: 'connections', section: 'link', profile }))]
        : []),
    ];
  });
}

/** Forms of the Connections page. */
function editEntries({ ui }: App, order: readonly string[], here: string | null): Entry[] {
  const entry = (
    what: Asked['what'] & `${'profile' | 'limits'}${string}`,
    label: string,
    profile: string,
  ) => ({
    label,
    group: 'Connections',
    weight: profile === here ? HERE : 0,
    run: () => ui.ask({ what }, { page: 'connections', section: 'link' as const, profile }),
  });
  return order.flatMap((name) => [
    // the built-in demo is made anew with each start
    ...(name === 'demo' ? [] : [entry('profile-edit', `Edit ${name}…`, name)]),
    entry('limits', `Limits on starts of ${name}…`, name),
    entry('profile-remove', `Remove ${name}…`, name),
  ]);
}

function useDoctorEntries(app: App, order: readonly string[], here: string | null): Entry[] {
  const views = useUi((s) => s.doctor);
  return order.flatMap((profile) => {
    const view = views[profile];
    const entry = (label: string, run: () => void): Entry => ({
      label: `${label} ${profile}`,
      group: 'Doctor',
      weight: profile === here ? HERE : 0,
      run,
    });
    if (view?.phase === 'running') return [entry('Stop the doctor on', () => view.stop())];
    return [
      entry('Run the doctor on', () => {
        app.ui.go({ page: 'doctor', profile });
        void runDoctor(app, profile);
      }),
      ...(view?.run
        ? [
            entry("Doctor's report of", () =>
              app.ui.ask({ what: 'doctor-report' }, { page: 'doctor', profile }),
            ),
          ]
        : []),
    ];
  });
}

function useTradingEntries(app: App, order: readonly string[], profile: string | null): Entry[] {
  const canClose = useCanCloseAll(profile);
  const profiles = useMirror((s) => s.app?.profiles ?? NO_PROFILES);
  const entry = (name: string, label: string, run: () => void): Entry => ({
    label,
    group: 'Emergency',
    weight: name === profile ? URGENT.here : URGENT.elsewhere,
    run,
  });
  return [
    ...order.map((name) => entry(name, `Stop trading on ${name}`, () => void sendStop(app, name))),
    ...(profile === null || !canClose
      ? []
      : [
          entry(profile, `Close everything on ${profile}…`, () =>
            app.ui.store.setState({ closing: profile }),
          ),
        ]),
    ...order.flatMap((name) => {
      const report = profiles[name]?.lastStop;
      return report
        ? [
            entry(name, `How the last stop on ${name} ended`, () =>
              app.ui.store.setState({ stop: { phase: 'reported', profile: name, report } }),
            ),
          ]
        : [];
    }),
  ];
}

/** Standing permissions to end, and services to look at or restart, of the profile on screen. */
function useServiceEntries({ ui }: App, state: ProfileState | undefined): Entry[] {
  const act = useAction();
  const restart = useRestart();
  if (state === undefined) return [];
  const { name: profile } = state.profile;
  const compose = state.containers.list.state === 'known' ? shown(state.containers.list) : null;
  return [
    ...state.guard.grants.map(({ id, tool, client }) => ({
      label: `Revoke: ${tool} without asking, for ${client}`.slice(0, 120),
      group: 'Guard',
      run: () => void act((c) => c.guard.revokeGrant({ profile, id }), 'Ended. Every start is asked again.'),
    })),
    ...state.health.services.map(({ name }) => ({
      label: `Logs of ${name}`,
      group: 'Services',
      run: () => ui.go({ page: 'logs', logs: writerOf({ from: 'droplet', service: name }) }),
    })),
    ...(compose?.value.rows ?? []).map(({ service }) => ({
      label: `Restart ${service}…`,
      group: 'Services',
      run: () => void restart(profile, service),
    })),
  ];
}

/** What can be done with the profiles: links, doctor, emergency, services. */
export function useProfileEntries(): Entry[] {
  const app = useApp();
  const profile = useProfileName();
  const order = useMirror((s) => s.app?.order ?? NONE);
  const state = useMirror((s) => (profile === null ? undefined : s.app?.profiles[profile]));
  const links = useLinkEntries(order, profile);
  const doctor = useDoctorEntries(app, order, profile);
  const trading = useTradingEntries(app, order, profile);
  const services = useServiceEntries(app, state);
  const switches = order
    .filter((name) => name !== profile)
    .map((name) => ({ label: `Show ${name}`, group: 'Profile', run: () => app.ui.go({ profile: name }) }));
  return [...links, ...doctor, ...switches, ...trading, ...services, ...editEntries(app, order, profile)];
}
