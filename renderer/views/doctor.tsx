import { FileText, RotateCw, Square, Stethoscope } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useApp, useMirror, useProfileName, useUi } from '../api/app-context.tsx';
import type { DoctorView } from '../api/doctor.ts';
import { recallDoctor, runDoctor } from '../api/doctor.ts';
import { Age } from '../parts/age.tsx';
import { Button } from '../parts/button.tsx';
import { CopyField } from '../parts/copy.tsx';
import { Empty, Note, Panel, Problem } from '../parts/panel.tsx';
import { PlainText } from '../parts/plain-text.tsx';
import { StateMark, TONE_TEXT } from '../parts/state-mark.tsx';
import { CheckList } from './doctor/check-list.tsx';
import { ReportView } from './doctor/report-view.tsx';
import { countsText, VERDICT } from './doctor/words.ts';
import { NoProfile } from './no-profile.tsx';

/** What the run came to, or what it is at; of one height in every phase, so that nothing jumps. */
function Headline({ view }: { view: DoctorView }) {
  const { phase, run, running, checks } = view;
  const { tone, label } =
    phase === 'done' && run
      ? VERDICT[run.verdict.result]
      : phase === 'running'
        ? ({ tone: 'working', label: 'Looking, layer by layer' } as const)
        : ({ tone: 'unknown', label: phase === 'stopped' ? 'Stopped' : 'Not finished' } as const);
  const current = running.at(-1);
  const detail =
    phase === 'done' && run
      ? run.verdict.text
      : phase === 'running'
        ? `${current?.title ?? 'Beginning'}…`
        : 'What was looked at until then stands below; nothing is known of the rest.';
  return (
    <div
      className="flex items-start gap-3"
      data-testid="doctor-verdict"
      data-result={run?.verdict.result ?? phase}
    >
      <span className="flex h-6 items-center">
        <StateMark tone={tone} size={16} />
      </span>
      <div className="min-h-11 min-w-0 flex-1" aria-live="polite">
        <p className={`text-lg font-semibold ${TONE_TEXT[tone]}`}>{label}</p>
        <p className="max-w-[88ch]">
          <PlainText text={detail} />
        </p>
      </div>
      <span className="shrink-0 text-sm leading-6 text-quiet tabular-nums">{countsText(checks)}</span>
    </div>
  );
}

/** What helps against the first thing that is broken or doubtful, where a person looks first. */
function FirstHelp({ view: { run } }: { view: DoctorView }) {
  const { result, check: id } = run?.verdict ?? {};
  const state = result === 'broken' ? 'failed' : 'warning';
  const first = run?.checks.find((check) => check.id === id && check.state === state);
  if (!first?.remedy) return null;
  const { text, command } = first.remedy;
  return (
    <div className="ml-7 flex max-w-[88ch] flex-col gap-1" data-testid="doctor-help">
      <p className="text-quiet">
        <PlainText text={text} />
      </p>
      {command === null ? null : <CopyField text={command} label="command" />}
    </div>
  );
}

function Controls({ view, profile, onReport }: { view: DoctorView; profile: string; onReport: () => void }) {
  const app = useApp();
  const lost = useMirror((s) => s.connection === 'lost');
  if (view.phase === 'running') {
    return (
      <Button small icon={<Square size={11} />} onClick={() => view.stop()} data-testid="doctor-stop">
        Stop
      </Button>
    );
  }
  return (
    <>
      <Age at={view.startedAt} before="looked at " />
      {view.run === null ? null : (
        <Button small icon={<FileText size={13} />} onClick={onReport} data-testid="doctor-show-report">
          Report…
        </Button>
      )}
      <Button
        small
        look="primary"
        icon={<RotateCw size={12} />}
        disabled={lost}
        onClick={() => void runDoctor(app, profile)}
        data-testid="doctor-run"
      >
        Run again
      </Button>
    </>
  );
}

function FirstRun({ profile }: { profile: string }) {
  const app = useApp();
  return (
    <div className="flex min-h-full flex-col p-4">
      <Panel title={`Doctor for ${profile}`}>
        <Empty
          title="Nothing was looked at yet"
          actions={
            <Button
              look="primary"
              icon={<Stethoscope size={14} />}
              onClick={() => void runDoctor(app, profile)}
              data-testid="doctor-run"
            >
              Run the doctor
            </Button>
          }
        >
          It goes from the name of the droplet up to Claude's own logs and names the first thing that is
          broken, with what helps. It uses connections of its own, changes nothing and calls no tool.
        </Empty>
      </Panel>
    </div>
  );
}

/** Looks at the profile layer by layer, names what is broken, and has the remedy beside it. */
export function Doctor() {
  const app = useApp();
  const profile = useProfileName();
  const view = useUi((s) => (profile === null ? undefined : s.doctor[profile]));
  const [report, setReport] = useState(false);
  useEffect(() => {
    if (profile !== null) void recallDoctor(app, profile);
  }, [app, profile]);
  if (profile === null) return <NoProfile />;
  if (view === undefined) return <FirstRun profile={profile} />;
  return (
    <div className="flex min-h-full flex-col gap-3 p-4">
      <Panel
        title={`Doctor for ${profile}`}
        aside={<Controls view={view} profile={profile} onReport={() => setReport(true)} />}
      >
        <Headline view={view} />
        <FirstHelp view={view} />
        {view.error === null ? null : (
          <div className="mt-2">
            <Problem error={view.error} />
          </div>
        )}
        {view.phase === 'stopped' && view.checks.length === 0 ? (
          <div className="mt-2">
            <Note tone="unknown" title="It was stopped before the first check ended." />
          </div>
        ) : null}
      </Panel>
      {view.checks.length + view.running.length === 0 ? null : (
        <section aria-label="Checks" className="rounded-md border border-line bg-raised py-1">
          <CheckList view={view} />
        </section>
      )}
      {report && view.run !== null ? <ReportView run={view.run} onClose={() => setReport(false)} /> : null}
    </div>
  );
}
