import type { HealthModel, ServiceHealth } from '../../electron/contract/models.ts';
import { presentLink, presentVerdict } from '../../electron/contract/present.ts';
import { useNow, useProfile } from '../api/app-context.tsx';
import { Age, useStale } from '../parts/age.tsx';
import { Beats, LatencyLine } from '../parts/beats.tsx';
import { Empty, Note, Panel } from '../parts/panel.tsx';
import { STALE_MS } from '../../electron/contract/freshness.ts';
import { StateMark, StateWord } from '../parts/state-mark.tsx';
import { durationText } from '../parts/time-text.ts';
import { NoProfile } from './no-profile.tsx';
import { PlainText } from '../parts/plain-text.tsx';

const HEAD = 'px-2 py-1.5 text-left text-xs font-medium text-quiet whitespace-nowrap first:pl-4 last:pr-4';
const CELL = 'px-2 py-1.5 align-top first:pl-4 last:pr-4';

const PART_OK = /^(connected|healthy|ok|up|true|enabled)$/i;

function Parts({ parts }: { parts: Readonly<Record<string, string>> }) {
  const entries = Object.entries(parts);
  if (entries.length === 0) return <span className="text-quiet">-</span>;
  return (
    <ul>
      {entries.map(([name, value]) => (
        <li key={name} className="truncate" title={`${name}: ${value}`}>
          <span className="text-quiet">{name}</span>{' '}
          <span className={PART_OK.test(value) ? '' : 'font-medium text-attention'}>{value}</span>
        </li>
      ))}
    </ul>
  );
}

function Reported({ service }: { service: ServiceHealth }) {
  const { reported } = service;
  if (reported === null) return <span className="text-quiet">-</span>;
  const differs = reported.verdict !== service.verdict && service.verdict !== 'unknown';
  return (
    <span className="block" title={reported.text}>
      <span className={differs ? 'font-medium' : 'text-quiet'}>
        says {presentVerdict(reported.verdict).label.toLowerCase()}
      </span>
      <span className="block truncate text-xs text-quiet">
        <PlainText text={reported.text} /> · <Age at={reported.receivedAt} />
      </span>
    </span>
  );
}

function Row({ service }: { service: ServiceHealth }) {
  const { tone, label } = presentVerdict(service.verdict);
  const stale = useStale(service.probedAt, STALE_MS);
  return (
    <tr
      data-testid={`service-${service.name}`}
      data-verdict={service.verdict}
      className={`border-t border-line ${stale ? 'stale' : ''}`}
    >
      <th scope="row" className={`${CELL} text-left`}>
        <span className="block font-medium">{service.name}</span>
        <span className="block text-xs font-normal text-quiet">{service.version ?? 'version unknown'}</span>
      </th>
      <td className={CELL}>
        <StateWord
          tone={stale && service.verdict !== 'unknown' ? 'unknown' : tone}
          label={stale && service.verdict !== 'unknown' ? `was ${label.toLowerCase()}` : label}
        />
        <span className="block text-xs text-quiet">
          {service.probedAt === null ? 'never probed' : <Age at={service.probedAt} before="probed " />}
        </span>
      </td>
      <td className={`${CELL} text-right`}>
        {durationText(service.latencyMs)}
        <span className="block text-xs text-quiet">
          {service.httpStatus === null ? '' : `HTTP ${service.httpStatus}`}
        </span>
      </td>
      <td className={`${CELL} max-xl:hidden`}>
        <LatencyLine beats={service.beats} />
      </td>
      <td className={CELL}>
        <Beats beats={service.beats} count={30} stale={stale || service.verdict === 'unknown'} />
      </td>
      <td className={`${CELL} break-words`}>
        {service.reason === null ? null : (
          <p>
            <PlainText text={service.reason} />
          </p>
        )}
        {service.reason !== null && Object.keys(service.parts).length === 0 ? null : (
          <Parts parts={service.parts} />
        )}
      </td>
      <td className={CELL}>
        <Reported service={service} />
      </td>
    </tr>
  );
}

function Table({ services }: { services: readonly ServiceHealth[] }) {
  return (
    <table className="w-full table-fixed">
      <thead>
        <tr>
          <th className={`${HEAD} w-[15%]`}>Service</th>
          <th className={`${HEAD} w-[13%]`}>Probed by us</th>
          <th className={`${HEAD} w-[76px] text-right`}>Latency</th>
          <th className={`${HEAD} w-[96px] max-xl:hidden`}>Trend</th>
          <th className={`${HEAD} w-[136px]`}>Last 30 probes</th>
          <th className={HEAD}>Reason and parts</th>
          <th className={`${HEAD} w-[18%]`}>Reported to us</th>
        </tr>
      </thead>
      <tbody>
        {services.map((service) => (
          <Row key={service.name} service={service} />
        ))}
      </tbody>
    </table>
  );
}

/** Why nothing about services can be known now; the link is the cause, and said once. */
function LinkCause() {
  const now = useNow();
  const link = useProfile((p) => p.link);
  if (link === undefined || link.state === 'live' || link.state === 'degraded') return null;
  const { label, detail } = presentLink(link, now);
  return (
    <Note
      tone="unknown"
      title={`Services are unknown while the link is ${label.toLowerCase()}`}
      testId="link-cause"
    >
      {detail === '' ? '' : `${detail.charAt(0).toUpperCase()}${detail.slice(1).replace(/\.?$/, '.')} `}What
      is greyed below was probed before; it says nothing about now.
    </Note>
  );
}

function Said({ health }: { health: HealthModel }) {
  const { reported } = health;
  if (reported === null) return <span>the orchestrator has not reported</span>;
  return (
    <span
      className="flex min-w-0 items-center gap-2"
      title={`${reported.source.kind} ${reported.source.ref}`}
    >
      <StateMark tone={presentVerdict(reported.verdict).tone} />
      <span className="truncate">
        orchestrator reports “<PlainText text={reported.text} />”
        {reported.failed.length > 0 ? `, ${reported.failed.length} failed` : ''} ·{' '}
        <Age at={reported.receivedAt} />
      </span>
    </span>
  );
}

/** Every service: what our own probe saw, and beside it what was reported. */
export function Services() {
  const health = useProfile((p) => p.health);
  if (health === undefined) return <NoProfile />;
  return (
    <div className="flex flex-col gap-3 p-4">
      <LinkCause />
      {health.hint === null ? null : (
        <Note tone="attention" title={health.hint} testId="health-hint">
          The table shows both; the probed column is what this app saw itself.
        </Note>
      )}
      {health.plannedDowntime ? (
        <Note tone="off" title="Planned downtime: everything is stopped on purpose now.">
          Services that are down raise no alarm until it ends.
        </Note>
      ) : null}
      <Panel title="Services" aside={<Said health={health} />} flush>
        {health.services.length === 0 ? (
          <Empty title="No services configured">
            The profile names no REST services. Add it again with the services to have each probed.
          </Empty>
        ) : (
          <Table services={health.services} />
        )}
      </Panel>
    </div>
  );
}
