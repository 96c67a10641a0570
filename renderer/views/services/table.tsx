import type { ServicesHistory } from '../../../electron/contract/history.ts';
import { presentVerdict } from '../../../electron/contract/present.ts';
import { useRoomy } from '../../api/use-roomy.ts';
import { Age } from '../../parts/age.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { Duration, Share } from '../../parts/quantity.tsx';
import { StateWord } from '../../parts/state-mark.tsx';
import { MedianLine, UptimeBars } from '../../parts/uptime-bars.tsx';
import { coverageText, uptimeOf } from '../../parts/uptime.ts';
import { useWritten } from '../../parts/written.ts';
import { percentilesText } from './percentiles.ts';
import type { TreeRow } from './rows.ts';

const HEAD = 'h-8 px-2 text-left text-xs font-medium text-quiet whitespace-nowrap first:pl-4 last:pr-4';
const CELL = 'px-2 py-1.5 align-top first:pl-4 last:pr-4';
/** What is first left out where there is little room; the drawer has it all. */
const FROM_SMALL = 'hidden @2xl:table-cell @max-3xl:pr-4';
const FROM_MIDDLE = 'hidden @3xl:table-cell @max-5xl:pr-4';
const FROM_WIDE = 'hidden @5xl:table-cell';
/** Of what is not known now only the past is told: without colour. */
const PAST = 'opacity-60 grayscale';
const INDENT = ['', 'pl-2', 'pl-5'] as const;

/** What of the container is worth a word beside the name. */
function containerWord(row: TreeRow): string {
  const { container } = row;
  if (container === null || container.state === null || row.stale) return '';
  return container.state === 'running' && container.health !== 'unhealthy'
    ? ''
    : `container ${container.health === 'unhealthy' ? 'unhealthy' : container.state}`;
}

function Name({ row, open, onOpen }: { row: TreeRow; open: boolean; onOpen: () => void }) {
  const container = containerWord(row);
  return (
    <th scope="row" className={`${CELL} text-left font-normal`}>
      <span className={`flex items-start gap-1.5 ${INDENT[row.depth]}`}>
        {row.depth === 0 ? null : (
          <svg width="10" height="20" aria-hidden className="shrink-0 text-line-strong">
            <path d="M1 0v10h8" fill="none" stroke="currentColor" />
          </svg>
        )}
        <span className="min-w-0">
          <button
            type="button"
            aria-expanded={open}
            data-testid={`open-${row.key}`}
            className="block max-w-full truncate text-left font-medium hover:underline"
            onClick={onOpen}
          >
            <PlainText text={row.name} />
          </button>
          <span className="block truncate text-xs text-quiet" title={row.detail ?? undefined}>
            {container === '' ? null : <span className="text-attention">{container}</span>}
            {container !== '' && row.detail !== null ? ' · ' : ''}
            {row.detail === null ? null : <PlainText text={row.detail} />}
          </span>
        </span>
      </span>
    </th>
  );
}

/** The state of now, and below it how old that is and why it is not up. */
function State({ row }: { row: TreeRow }) {
  const never = row.service !== null && row.at === null;
  return (
    <td className={CELL}>
      <span className="flex h-5">
        <StateWord tone={row.tone} label={row.word} />
      </span>
      <span className="block truncate text-xs text-quiet" title={row.reason ?? undefined}>
        {never ? 'not probed yet' : row.at === null ? null : <Age at={row.at} />}
        {row.reason === null || never ? null : (
          <>
            {row.at === null ? '' : ' · '}
            <PlainText text={row.reason} />
          </>
        )}
      </span>
    </td>
  );
}

/** A bar of the day needs half an hour: until there are enough of them, the line is that of the last probes. */
const ENOUGH_BARS = 4;

function latencyLine({ history, service }: TreeRow): readonly (number | null)[] {
  const medians = history?.medians ?? [];
  if (service === null || medians.filter((value) => value !== null).length >= ENOUGH_BARS) return medians;
  return service.beats.map(({ latencyMs }) => latencyMs);
}

function Latency({ row, roomy }: { row: TreeRow; roomy: boolean }) {
  const written = useWritten();
  const figures = row.history?.latency ?? null;
  return (
    <td className={`${CELL} ${FROM_MIDDLE}`}>
      <span className="flex h-5 items-center justify-end gap-2">
        <span className={`hidden @5xl:block ${row.stale ? PAST : ''}`}>
          <MedianLine medians={latencyLine(row)} width={roomy ? 160 : 72} />
        </span>
        <span className={`w-16 text-right whitespace-nowrap ${row.stale ? 'text-quiet' : ''}`}>
          <Duration ms={row.latencyMs} />
        </span>
      </span>
      <span className="block text-right text-xs whitespace-nowrap text-quiet">
        {figures === null ? '' : written.amount(percentilesText(figures))}
      </span>
    </td>
  );
}

function Reported({ row }: { row: TreeRow }) {
  const reported = row.service?.reported ?? null;
  if (row.service === null || reported === null)
    return <td className={`${CELL} ${FROM_WIDE} text-quiet`}>-</td>;
  const differs = reported.verdict !== row.service.verdict && row.service.verdict !== 'unknown';
  return (
    <td className={`${CELL} ${FROM_WIDE}`} title={reported.text}>
      <span className={`block truncate ${differs ? 'font-medium' : 'text-quiet'}`}>
        {row.stale ? 'said' : 'says'} {presentVerdict(reported.verdict).label.toLowerCase()}
      </span>
      <span className="block truncate text-xs text-quiet">
        <PlainText text={reported.text} />
      </span>
    </td>
  );
}

function Uptimes({
  row,
  day,
  week,
}: {
  row: TreeRow;
  day: ServicesHistory | null;
  week: ServicesHistory | null;
}) {
  const share = (history: ServicesHistory | null) => {
    const bars = history?.services.find((one) => one.name === row.key)?.bars;
    if (history === null || bars === undefined) return '-';
    const uptime = uptimeOf(bars, history);
    return (
      <>
        <Share value={uptime.share} />
        <span className="text-xs text-quiet">{coverageText(uptime)}</span>
      </>
    );
  };
  return (
    <td className={`${CELL} ${FROM_SMALL} text-right whitespace-nowrap`} data-testid={`uptime-${row.key}`}>
      <span className="block">{share(day)}</span>
      <span className="block text-xs text-quiet">7 d {share(week)}</span>
    </td>
  );
}

function Row(props: {
  row: TreeRow;
  day: ServicesHistory | null;
  week: ServicesHistory | null;
  open: boolean;
  compact: boolean;
  roomy: boolean;
  onOpen: () => void;
}) {
  const { row, day, week, open, compact, roomy, onOpen } = props;
  const bars = row.history?.bars ?? null;
  return (
    <tr
      data-testid={`service-${row.key}`}
      data-verdict={row.service?.verdict ?? row.tone}
      className={`h-13 border-t border-line ${open ? 'bg-selected' : 'hover:bg-hover'} ${row.stale ? 'stale' : ''}`}
    >
      <Name row={row} open={open} onOpen={onOpen} />
      <State row={row} />
      <td className={`${CELL} pt-2`}>
        {day === null || bars === null ? (
          <span className="block h-4 text-xs text-quiet">no history yet</span>
        ) : (
          <span className={`block ${row.stale ? PAST : ''}`}>
            <UptimeBars bars={bars} over={day} span="24 h" wide={roomy} />
          </span>
        )}
      </td>
      <Uptimes row={row} day={day} week={week} />
      <Latency row={row} roomy={roomy} />
      {compact ? null : <Reported row={row} />}
    </tr>
  );
}

/** Link, orchestrator and services as one tree: what stands further right depends on what stands above it. */
export function ServicesTable(props: {
  rows: readonly TreeRow[];
  day: ServicesHistory | null;
  week: ServicesHistory | null;
  open: string | null;
  onOpen: (key: string) => void;
}) {
  const { rows, day, week, open, onOpen } = props;
  const compact = open !== null;
  const roomy = useRoomy();
  return (
    <table className="w-full table-fixed">
      <thead>
        <tr>
          <th className={`${HEAD} w-[140px] @2xl:w-[160px] @5xl:w-[192px] roomy:w-[12%]`}>Service</th>
          <th className={`${HEAD} roomy:w-[20%]`}>Probed by us</th>
          <th className={`${HEAD} w-[212px] roomy:w-auto`}>Last 24 h</th>
          <th
            className={`${HEAD} w-[164px] text-right roomy:w-[180px] ${FROM_SMALL}`}
            title="Of the time in which it was looked at, planned downtime left out; cut, not rounded"
          >
            Up in 24 h
          </th>
          <th
            className={`${HEAD} w-[124px] text-right @5xl:w-[168px] roomy:w-[264px] ${FROM_MIDDLE}`}
            title="Now, and over 24 h: half, 95 % and 99 % of the answers came within"
          >
            Latency <span className="hidden @5xl:inline">· p50 p95 p99</span>
          </th>
          {compact ? null : (
            <th className={`${HEAD} w-[148px] roomy:w-[14%] ${FROM_WIDE}`}>Reported to us</th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row
            key={row.key}
            row={row}
            day={day}
            week={week}
            open={open === row.key}
            compact={compact}
            roomy={roomy}
            onOpen={() => onOpen(row.key)}
          />
        ))}
      </tbody>
    </table>
  );
}
