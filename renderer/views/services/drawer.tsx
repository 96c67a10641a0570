import { useState } from 'react';
import type { Incident, ServiceHistory, ServicesHistory } from '../../../electron/contract/history.ts';
import { carries } from '../../../electron/contract/awaited.ts';
import { presentVerdict } from '../../../electron/contract/present.ts';
import { useApp, useNow, useProfile } from '../../api/app-context.tsx';
import { Age } from '../../parts/age.tsx';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Section } from '../../parts/section.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { StateWord } from '../../parts/state-mark.tsx';
import { Duration, Share } from '../../parts/quantity.tsx';
import { momentText } from '../../parts/time-text.ts';
import { UptimeBars } from '../../parts/uptime-bars.tsx';
import { lengthText, partsText, uptimeOf } from '../../parts/uptime.ts';
import { ContainerSection } from './container-section.tsx';
import type { TreeRow } from './rows.ts';

const PART_OK = /^(connected|healthy|ok|up|true|enabled)$/i;

function Now({ row }: { row: TreeRow }) {
  const { service } = row;
  if (service === null) return null;
  const parts = Object.entries(service.parts);
  const { reported } = service;
  return (
    <Section
      title="Probed by us, and reported"
      aside={row.at === null ? 'never probed' : <Age at={row.at} />}
    >
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
        <Figure label="Latency">
          <Duration ms={service.latencyMs} />
        </Figure>
        <Figure label="Answer">{service.httpStatus === null ? '-' : `HTTP ${service.httpStatus}`}</Figure>
        <Figure label="Version">
          {service.version === null ? '-' : <PlainText text={service.version} />}
        </Figure>
      </dl>
      {parts.length === 0 ? null : (
        <ul className="grid grid-cols-2 gap-x-4">
          {parts.map(([name, value]) => (
            <li key={name} className="truncate" title={`${name}: ${value}`}>
              <span className="text-quiet">{name}</span>{' '}
              <span className={PART_OK.test(value) ? '' : 'font-medium text-attention'}>{value}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="text-sm break-words text-quiet">
        {reported === null ? (
          'The orchestrator says nothing of it.'
        ) : (
          <>
            The orchestrator says {presentVerdict(reported.verdict).label.toLowerCase()}: “
            <PlainText text={reported.text} />” · <Age at={reported.receivedAt} />
          </>
        )}
      </p>
    </Section>
  );
}

/** The link of now: how long it has held, and when something last answered over it. */
function LinkNow({ row }: { row: TreeRow }) {
  const { ui } = useApp();
  const link = useProfile((p) => p.link);
  if (link === undefined) return null;
  const since = carries(link) ? link.since : null;
  return (
    <Section title="Now" aside={row.at === null ? '' : <Age at={row.at} />}>
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
        <Figure label="Round trip">
          <Duration ms={row.latencyMs} />
        </Figure>
        <Figure label="Last answer">{row.at === null ? '-' : <Age at={row.at} />}</Figure>
        <Figure label="Held for">{since === null ? '-' : <Age at={since} after="" />}</Figure>
        <Figure label="Address" className="col-span-3">
          {row.detail === null ? '-' : <PlainText text={row.detail} />}
        </Figure>
      </dl>
      <div>
        <Button small onClick={() => ui.go({ page: 'connections', section: 'link' })}>
          Connection
        </Button>
      </div>
    </Section>
  );
}

const SPANS = [
  ['day', '24 h'],
  ['week', '7 d'],
] as const;

function Past({
  row,
  day,
  week,
}: {
  row: TreeRow;
  day: ServicesHistory | null;
  week: ServicesHistory | null;
}) {
  const [span, setSpan] = useState<'day' | 'week'>('day');
  const history = span === 'day' ? day : week;
  const own = history?.services.find((one) => one.name === row.key);
  const aside = <Choice label="Span" options={SPANS} value={span} onChoose={setSpan} />;
  if (!history || !own)
    return (
      <Section title="Uptime and latency" aside={aside}>
        <p className="text-sm text-quiet">Nothing is remembered of it yet.</p>
      </Section>
    );
  return (
    <Section title="Uptime and latency" aside={aside}>
      <Spent history={history} own={own} span={span === 'day' ? '24 h' : '7 d'} />
      <Latencies own={own} />
    </Section>
  );
}

function Spent({ history, own, span }: { history: ServicesHistory; own: ServiceHistory; span: string }) {
  const { from, now } = history;
  const uptime = uptimeOf(own.bars, history);
  const parts = partsText(uptime);
  return (
    <div className="flex flex-col gap-1">
      <p>
        <span className="text-xl font-semibold" data-testid="drawer-uptime">
          <Share value={uptime.share} />
        </span>{' '}
        <span className="text-quiet">
          {uptime.share === null
            ? 'nothing known'
            : `of ${lengthText(uptime.up + uptime.degraded + uptime.down)} known`}
        </span>
      </p>
      <UptimeBars bars={own.bars} over={history} span={span} wide="tall" />
      <p className="flex justify-between text-xs text-quiet" aria-hidden>
        <span>{momentText(from, now)}</span>
        <span>now</span>
      </p>
      <p className="min-h-4 text-sm text-quiet">{parts === '' ? 'Nothing else than up.' : `${parts}.`}</p>
    </div>
  );
}

function Latencies({ own }: { own: ServiceHistory }) {
  const { latency } = own;
  return (
    <dl className="grid grid-cols-4 gap-x-3">
      {(['p50', 'p95', 'p99', 'max'] as const).map((key) => (
        <Figure key={key} label={key === 'max' ? 'longest' : key}>
          <Duration ms={latency?.[key] ?? null} />
        </Figure>
      ))}
    </dl>
  );
}

function IncidentLine({ incident, now }: { incident: Incident; now: number }) {
  const { since, until, verdict, planned, reason } = incident;
  const { tone, label } = presentVerdict(verdict);
  const length = lengthText(((until ?? now) - since) / 1000);
  return (
    <li className="border-t border-line py-1.5 first:border-t-0">
      <span className="flex items-baseline justify-between gap-2">
        {/* colour is for what is so now */}
        {planned || until !== null ? (
          <StateWord tone="off" label={planned ? 'Planned' : `Was ${label.toLowerCase()}`} />
        ) : (
          <StateWord tone={tone} label={label} />
        )}
        <span className="text-sm whitespace-nowrap text-quiet">
          {momentText(since, now)} · {until === null ? `for ${length}` : length}
        </span>
      </span>
      <span className="block text-sm break-words text-quiet">
        <PlainText text={reason === '' ? 'no reason given' : reason} />
      </span>
    </li>
  );
}

const INCIDENTS = 8;

function Incidents({ row, week }: { row: TreeRow; week: ServicesHistory | null }) {
  const now = useNow();
  const own = week?.services.find((one) => one.name === row.key);
  if (!own) return null;
  return (
    <Section title="Not up in the last 7 days" aside={own.incidents.length === 0 ? '' : 'newest first'}>
      {own.incidents.length === 0 ? (
        <p className="text-sm text-quiet">Never, as far as it was observed.</p>
      ) : (
        <ul data-testid="incidents">
          {own.incidents.slice(0, INCIDENTS).map((incident) => (
            <IncidentLine key={incident.since} incident={incident} now={now} />
          ))}
          {own.incidents.length > INCIDENTS ? (
            <li className="border-t border-line py-1.5 text-sm text-quiet">
              {own.incidents.length - INCIDENTS} earlier ones are not listed.
            </li>
          ) : null}
        </ul>
      )}
    </Section>
  );
}

/** One line of the tree in full: now, the past, what went wrong, and its container. */
export function ServiceDrawer(props: {
  row: TreeRow;
  day: ServicesHistory | null;
  week: ServicesHistory | null;
  onClose: () => void;
}) {
  const { row, day, week, onClose } = props;
  return (
    <Drawer
      label={row.name}
      title={<PlainText text={row.name} />}
      aside={<StateWord tone={row.tone} label={row.word} />}
      className="w-85 gap-3"
      takesFocus
      testId="service-drawer"
      onClose={onClose}
    >
      {row.reason === null ? null : (
        <p className="-mt-2 break-words">
          <PlainText text={row.reason} />
        </p>
      )}
      {row.service === null ? <LinkNow row={row} /> : <Now row={row} />}
      <Past row={row} day={day} week={week} />
      {row.service === null ? null : <ContainerSection service={row.service.name} />}
      <Incidents row={row} week={week} />
    </Drawer>
  );
}
