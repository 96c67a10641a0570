import { FileText, RotateCw, Square, Stethoscope } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Tone } from '../../electron/contract/present.ts';
import type { LinkConfig } from '../../electron/contract/profile.ts';
import { useApp, useMirror, useProfile, useProfileName, useUi } from '../api/app-context.tsx';
import type { DoctorView } from '../api/doctor.ts';
import { useAsked } from '../api/asked.ts';
import { recallDoctor, runDoctor } from '../api/doctor.ts';
import { Age } from '../parts/age.tsx';
import { Button } from '../parts/button.tsx';
import { CopyField } from '../parts/copy.tsx';
import { FormPage } from '../parts/form-page.tsx';
import { Panel, Problem } from '../parts/panel.tsx';
import { PlainText } from '../parts/plain-text.tsx';
import { StateMark, TONE_TEXT } from '../parts/state-mark.tsx';
import { CheckList } from './doctor/check-list.tsx';
import { ReportView } from './doctor/report-view.tsx';
import { countsText, firstToHelp, layersOf, VERDICT } from './doctor/words.ts';
import { NoProfile } from './no-profile.tsx';

interface Said {
  tone: Tone;
  label: string;
  detail: string;
}

/** What the run came to, what it is at, or what it would do. */
function headlineOf(view: DoctorView | undefined): Said {
  if (view === undefined)
    return {
      tone: 'off',
      label: 'Not run yet',
      detail:
        "It goes through what stands below, from the bottom of the way to Claude's own logs, and names the first thing that is broken, with what helps. It uses connections of its own, changes nothing and calls no tool.",
    };
  const { phase, run, running } = view;
  if (phase === 'done' && run) return { ...VERDICT[run.verdict.result], detail: run.verdict.text };
  if (phase === 'running')
    return {
      tone: 'working',
      label: 'Looking, layer by layer',
      detail: `${running.at(-1)?.title ?? 'Beginning'}…`,
    };
  return {
    tone: 'unknown',
    label: phase === 'stopped' ? 'Stopped' : 'Not finished',
    detail: 'What was looked at until then stands below; nothing is known of the rest.',
  };
}

/** Of one height in every phase, so that nothing jumps. */
function Headline({ view }: { view: DoctorView | undefined }) {
  const { tone, label, detail } = headlineOf(view);
  return (
    <div
      className="flex items-start gap-3"
      data-testid="doctor-verdict"
      data-result={view?.run?.verdict.result ?? view?.phase ?? 'none'}
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
      <span className="shrink-0 text-sm leading-6 text-quiet tabular-nums">
        {view === undefined ? null : countsText(view.checks)}
      </span>
    </div>
  );
}

/** What helps against the first thing that is broken or doubtful, where a person looks first. */
function FirstHelp({ view: { run } }: { view: DoctorView }) {
  const remedy = firstToHelp(run ?? null)?.remedy;
  if (!remedy) return null;
  const { text, command } = remedy;
  return (
    <div className="ml-7 flex max-w-[88ch] flex-col gap-1" data-testid="doctor-help">
      <p className="text-quiet">
        <PlainText text={text} />
      </p>
      {command === null ? null : <CopyField text={command} label="command" />}
    </div>
  );
}

function Controls(props: { view: DoctorView | undefined; profile: string; onReport: () => void }) {
  const { view, profile, onReport } = props;
  const app = useApp();
  const lost = useMirror((s) => s.connection === 'lost');
  if (view?.phase === 'running') {
    return (
      <Button small icon={<Square size={11} />} onClick={() => view.stop()} data-testid="doctor-stop">
        Stop
      </Button>
    );
  }
  const again = view !== undefined;
  return (
    <>
      {again ? <Age at={view.startedAt} before="looked at " /> : null}
      {view?.run ? (
        <Button small icon={<FileText size={13} />} onClick={onReport} data-testid="doctor-show-report">
          Report…
        </Button>
      ) : null}
      <Button
        small
        look="primary"
        icon={again ? <RotateCw size={12} /> : <Stethoscope size={13} />}
        disabled={lost}
        onClick={() => void runDoctor(app, profile)}
        data-testid="doctor-run"
      >
        {again ? 'Run again' : 'Run the doctor'}
      </Button>
    </>
  );
}

const NO_LINKS: readonly LinkConfig[] = [];

/** Looks at the profile layer by layer, names what is broken, and has the remedy beside it. */
export function Doctor() {
  const app = useApp();
  const profile = useProfileName();
  const view = useUi((s) => (profile === null ? undefined : s.doctor[profile]));
  const [report, setReport] = useState(false);
  useAsked('doctor-report', () => setReport(true));
  useEffect(() => {
    if (profile !== null) void recallDoctor(app, profile);
  }, [app, profile]);
  const links = useProfile((p) => p.profile.links) ?? NO_LINKS;
  if (profile === null) return <NoProfile />;
  return (
    <FormPage>
      <Panel
        title={`Doctor for ${profile}`}
        aside={<Controls view={view} profile={profile} onReport={() => setReport(true)} />}
      >
        <Headline view={view} />
        {view === undefined ? null : <FirstHelp view={view} />}
        {view?.error ? (
          <div className="mt-2">
            <Problem error={view.error} />
          </div>
        ) : null}
      </Panel>
      <CheckList view={view} layers={layersOf(links)} />
      {report && view?.run ? <ReportView run={view.run} onClose={() => setReport(false)} /> : null}
    </FormPage>
  );
}
