import type { Incident, ServicesHistory } from '../../../electron/contract/history.ts';
import { presentVerdict } from '../../../electron/contract/present.ts';
import { useNow } from '../../api/app-context.tsx';
import { Panel } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { StateWord } from '../../parts/state-mark.tsx';
import { momentText } from '../../parts/time-text.ts';
import { lengthText } from '../../parts/uptime.ts';
import type { TreeRow } from './rows.ts';

const HEAD = 'h-8 px-2 text-left text-xs font-medium text-quiet first:pl-4 last:pr-4';
const CELL = 'truncate px-2 first:pl-4 last:pr-4';
/** The newest that are listed; all of one service are in its drawer. */
const MOST = 14;

interface Trouble {
  row: TreeRow;
  incident: Incident;
}

/** What was not up, of every line of the tree, newest first; what was planned is none. */
function troublesOf(rows: readonly TreeRow[], week: ServicesHistory): Trouble[] {
  return rows
    .flatMap((row) => {
      const own = week.services.find(({ name }) => name === row.key);
      return (own?.incidents ?? []).map((incident) => ({ row, incident }));
    })
    .filter(({ incident }) => !incident.planned)
    .toSorted((a, b) => b.incident.since - a.incident.since);
}

function Line(props: Trouble & { now: number; onOpen: () => void }) {
  const { row, incident, now, onOpen } = props;
  const { since, until, verdict, reason } = incident;
  const { tone, label } = presentVerdict(verdict);
  const length = lengthText(((until ?? now) - since) / 1000);
  return (
    <tr className="h-8 border-t border-line hover:bg-hover">
      <td className={`${CELL} text-quiet`}>{momentText(since, now)}</td>
      <th scope="row" className={`${CELL} text-left font-normal`}>
        <button type="button" className="max-w-full truncate font-medium hover:underline" onClick={onOpen}>
          <PlainText text={row.name} />
        </button>
      </th>
      <td className={CELL}>
        {until === null ? (
          <StateWord tone={tone} label={label} />
        ) : (
          <span className="text-quiet">was {label.toLowerCase()}</span>
        )}
      </td>
      <td className={`${CELL} text-quiet`}>{until === null ? `for ${length}` : length}</td>
      <td className={CELL} title={reason}>
        <PlainText text={reason === '' ? 'no reason given' : reason} />
      </td>
    </tr>
  );
}

/** On a second monitor: what went wrong lately, over all services, below the tree that tells how it is now. */
export function Troubles(props: {
  rows: readonly TreeRow[];
  week: ServicesHistory | null;
  onOpen: (key: string) => void;
}) {
  const { rows, week, onOpen } = props;
  const now = useNow();
  if (week === null) return null;
  const all = troublesOf(rows, week);
  return (
    <Panel
      title="Not up in the last 7 days"
      aside={
        all.length > MOST ? (
          <span>
            the newest {MOST} of {all.length}
          </span>
        ) : (
          <span>planned downtime left out</span>
        )
      }
      flush
    >
      {all.length === 0 ? (
        <p className="px-4 pb-3 text-quiet">Nothing, as far as it was observed.</p>
      ) : (
        <table className="w-full table-fixed" data-testid="troubles">
          <thead>
            <tr>
              <th className={`${HEAD} w-44`}>Since</th>
              <th className={`${HEAD} w-56`}>Service</th>
              <th className={`${HEAD} w-36`}>State</th>
              <th className={`${HEAD} w-36`}>Lasted</th>
              <th className={HEAD}>Why</th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, MOST).map(({ row, incident }) => (
              <Line
                key={`${row.key}/${incident.since}`}
                row={row}
                incident={incident}
                now={now}
                onOpen={() => onOpen(row.key)}
              />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
