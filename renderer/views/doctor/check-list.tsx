import type { DoctorCheck, DoctorLayer } from '../../../electron/contract/doctor.ts';
import { DOCTOR_LAYERS, LAYER_ORDER } from '../../../electron/contract/doctor-layers.ts';
import type { DoctorView } from '../../api/doctor.ts';
import { CopyField } from '../../parts/copy.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { Duration } from '../../parts/quantity.tsx';
import { StateMark, TONE_TEXT } from '../../parts/state-mark.tsx';
import { CHECK_TONE, CHECK_WORD, firstToHelp, LAYER_LOOKS, worstOf } from './words.ts';

/** Below this a time says nothing about the connection. */
const WORTH_SAYING_MS = 1;

/** What was looked at, and what was seen. Services go by their own names. */
function CheckLine({ check: { state, layer, title, subject, seen } }: { check: DoctorCheck }) {
  const isService = layer === 'services' && subject !== null;
  // said in the sentence already
  const about = subject === null || isService || seen.includes(subject) ? null : subject;
  const colour = state === 'failed' || state === 'warning' ? TONE_TEXT[CHECK_TONE[state]] : 'text-quiet';
  return (
    <div className={`flex gap-x-4 max-lg-nav:block ${state === 'skipped' ? 'text-quiet' : ''}`}>
      <p className="w-52 shrink-0 font-medium max-lg-nav:inline max-lg-nav:pr-2">
        {isService ? subject : title}
      </p>
      <p className={`min-w-0 flex-1 max-lg-nav:inline ${colour}`}>
        <PlainText text={seen} />
        {about === null ? null : (
          <span className="ml-2 text-sm break-all text-quiet">
            <PlainText text={about} />
          </span>
        )}
      </p>
    </div>
  );
}

function Remedy({ remedy }: { remedy: NonNullable<DoctorCheck['remedy']> }) {
  return (
    <div className="mt-1 mb-1 flex max-w-[88ch] flex-col gap-1">
      <p>
        <PlainText text={remedy.text} />
      </p>
      {remedy.command === null ? null : <CopyField text={remedy.command} label="command" />}
    </div>
  );
}

/** `above`: what helps stands at the head of the page already. */
function CheckRow({ check, above }: { check: DoctorCheck; above: boolean }) {
  const { id, state, ms, remedy } = check;
  return (
    <li className="flex gap-2 py-1" data-testid="doctor-check" data-check={id} data-state={state}>
      <span className="flex h-5 items-center">
        <StateMark tone={CHECK_TONE[state]} />
        <span className="sr-only">{CHECK_WORD[state]}</span>
      </span>
      <div className="min-w-0 flex-1">
        <CheckLine check={check} />
        {remedy === null || state === 'ok' ? null : above ? (
          <p className="text-quiet">What helps stands at the top of this page.</p>
        ) : (
          <Remedy remedy={remedy} />
        )}
      </div>
      <span className="w-14 shrink-0 text-right text-sm/5 text-quiet tabular-nums">
        {ms < WORTH_SAYING_MS ? null : <Duration ms={ms} />}
      </span>
    </li>
  );
}

function LayerGroup(props: {
  label: string;
  /** What it looks at, while nothing of it was said. */
  looks: string;
  checks: readonly DoctorCheck[];
  running: DoctorView['running'];
  first: DoctorCheck | undefined;
}) {
  const { label, looks, checks, running, first } = props;
  const silent = checks.length + running.length === 0;
  const tone = running.length > 0 ? 'working' : CHECK_TONE[worstOf(checks)];
  return (
    <li className="flex gap-x-4 border-t border-line px-4 py-1.5 first:border-t-0 max-lg-nav:flex-col">
      <h3 className={`flex h-7 w-44 shrink-0 items-center gap-2 font-medium ${silent ? 'text-quiet' : ''}`}>
        <StateMark tone={tone} />
        {label}
      </h3>
      <ul className="min-w-0 flex-1 max-lg-nav:pl-5">
        {silent ? <li className="py-1 text-quiet">{looks}</li> : null}
        {checks.map((check, i) => (
          <CheckRow
            key={`${check.id}/${check.subject ?? ''}/${i}`}
            check={check}
            above={first !== undefined && check === first}
          />
        ))}
        {running.map(({ id, title, subject }) => (
          <li
            key={`${id}/${subject ?? ''}`}
            className="flex gap-2 py-1 text-quiet"
            data-testid="doctor-running"
          >
            <span className="flex h-5 items-center">
              <StateMark tone="working" />
            </span>
            {title}
            {subject === null ? null : <span className="truncate text-sm leading-5">{subject}</span>}
          </li>
        ))}
      </ul>
    </li>
  );
}

/**
 * The checks by layer, in the order in which the layers carry one another. A layer of which nothing was said yet tells
 * what it looks at; of a finished run only those stand that were looked at.
 */
export function CheckList({
  view,
  layers,
}: {
  view: DoctorView | undefined;
  layers: readonly DoctorLayer[];
}) {
  const shown = LAYER_ORDER.flatMap((id) => {
    const checks = view?.checks.filter((check) => check.layer === id) ?? [];
    const running = view?.running.filter((each) => each.layer === id) ?? [];
    const expected = view?.phase !== 'done' && layers.includes(id);
    if (checks.length + running.length === 0 && !expected) return [];
    const label = view?.layers.find((layer) => layer.id === id)?.label ?? DOCTOR_LAYERS[id];
    return [{ id, label, looks: LAYER_LOOKS[id], checks, running }];
  });
  if (shown.length === 0) return null;
  const first = firstToHelp(view?.run ?? null);
  return (
    <section aria-label="Checks" className="rounded-md border border-line bg-raised py-1">
      <ul data-testid="doctor-layers">
        {shown.map(({ id, ...group }) => (
          <LayerGroup key={id} {...group} first={first} />
        ))}
      </ul>
    </section>
  );
}
