import type { DoctorCheck, DoctorEvent, DoctorLayer, DoctorRun } from '../../electron/contract/doctor.ts';
import type { ErrorShape } from '../../electron/contract/errors.ts';
import type { App } from './app-context.tsx';
import { errorShape } from './client.ts';

type Running = Omit<Extract<DoctorEvent, { type: 'running' }>, 'type'>;

/** What the page knows of the doctor's newest run of a profile. */
export interface DoctorView {
  phase: 'running' | 'done' | 'stopped' | 'failed';
  startedAt: number;
  layers: readonly { id: DoctorLayer; label: string }[];
  checks: readonly DoctorCheck[];
  /** Checks that are under way. */
  running: readonly Running[];
  run: DoctorRun | null;
  error: ErrorShape | null;
  stop(): void;
}

const isOf = (running: Running, check: DoctorCheck): boolean =>
  running.id === check.id && (running.subject === check.subject || running.subject === null);

/** The view after one more event. */
export function afterEvent(view: DoctorView, event: DoctorEvent): DoctorView {
  switch (event.type) {
    case 'begin':
      return { ...view, layers: event.layers };
    case 'running': {
      const { type: _type, ...running } = event;
      return { ...view, running: [...view.running, running] };
    }
    case 'check': {
      const { check } = event;
      // what stands for a whole stretch of the way ends with the first word of its layer or of a lower one
      const running = view.running.filter((each) => !isOf(each, check) && each.layer !== check.layer);
      const still = view.running.filter((each) => each.layer === check.layer && !isOf(each, check));
      const parallel = still.filter((each) => each.id === check.id);
      return { ...view, checks: [...view.checks, check], running: [...running, ...parallel] };
    }
    case 'end':
      return { ...view, phase: 'done', running: [], run: event.run, checks: event.run.checks };
    default:
      return event satisfies never;
  }
}

/** Starts the doctor for a profile; what it tells is in `UiState.doctor`, also after another page was shown. */
export async function runDoctor({ mirror, ui }: App, profile: string): Promise<void> {
  const before = ui.store.getState().doctor[profile];
  if (before?.phase === 'running') return;
  const control = new AbortController();
  let view: DoctorView = {
    phase: 'running',
    startedAt: Date.now(),
    layers: before?.layers ?? [],
    checks: [],
    running: [],
    run: null,
    error: null,
    stop: () => control.abort(),
  };
  const put = (next: DoctorView) => {
    view = next;
    ui.store.setState((s) => ({ doctor: { ...s.doctor, [profile]: next } }));
  };
  put(view);
  try {
    const { client } = mirror;
    if (client === null) throw new Error('no connection');
    const stream = await client.doctor.run({ profile }, { signal: control.signal });
    for await (const event of stream) put(afterEvent(view, event));
    if (view.phase === 'running') put({ ...view, phase: 'stopped', running: [] });
  } catch (thrown) {
    if (control.signal.aborted) put({ ...view, phase: 'stopped', running: [] });
    else put({ ...view, phase: 'failed', running: [], error: errorShape(thrown) });
  }
}

/** Takes over the last finished run of the app, where this window has none. */
export async function recallDoctor({ mirror, ui }: App, profile: string): Promise<void> {
  const run = await mirror.client?.doctor.last({ profile }).catch(() => null);
  if (!run || ui.store.getState().doctor[profile] !== undefined) return;
  const view: DoctorView = {
    phase: 'done',
    startedAt: run.at,
    layers: [],
    checks: run.checks,
    running: [],
    run,
    error: null,
    stop: () => undefined,
  };
  ui.store.setState((s) => ({ doctor: { ...s.doctor, [profile]: view } }));
}
