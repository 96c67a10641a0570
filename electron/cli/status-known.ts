import { positionsFreshness } from '../contract/freshness.ts';
import type { Decimal, HealthModel, Reading } from '../contract/models.ts';
import { age } from '../contract/present.ts';
import type { ProfileState } from '../contract/state.ts';
import { visible } from '../core/guard/visible.ts';

/** `known (3 s ago)`, or why it is unknown and what it was last; what is unknown is never counted. */
function told<T>(reading: Reading<T>, now: number, words: (value: T) => string): string {
  const ago = (at: number) => `${age(now - at)} ago`;
  if (reading.state === 'known') return visible(`${words(reading.value)} (${ago(reading.receivedAt)})`);
  const before = reading.last ? ` (${ago(reading.last.receivedAt)}: ${words(reading.last.value)})` : '';
  return visible(`unknown: ${reading.reason}${before}`);
}

const yesNo = (value: boolean | null, yes: string, no: string): string =>
  value === null ? 'cannot be told' : value ? yes : no;

const signed = (value: Decimal): string => (/^-|^[0.]+$/.test(value) ? value : `+${value}`);

function servicesWord({ services, plannedDowntime }: HealthModel): string {
  if (services.length === 0) return 'none known';
  const of = (verdict: string) => services.filter((service) => service.verdict === verdict).length;
  const unknown = of('unknown');
  if (unknown === services.length) {
    const [reason, ...others] = new Set(services.map((service) => service.reason));
    return reason && others.length === 0 ? `unknown: ${reason}` : 'unknown';
  }
  const up = `${of('up')} of ${services.length} up`;
  return `${up}${unknown > 0 ? `, ${unknown} unknown` : ''}${plannedDowntime ? ', planned downtime' : ''}`;
}

function serviceRows({ services }: HealthModel): string[][] {
  // one reason for all of them stands in the line above
  if (services.every(({ verdict, reason }) => verdict === 'unknown' && reason === services[0]?.reason))
    return [];
  return services
    .filter(({ verdict }) => verdict !== 'up')
    .map(({ name, verdict, reason }) => [name, visible(reason ? `${verdict}: ${reason}` : verdict)]);
}

/** What is known of the back end, each with its age; while there is a link. */
export function knownRows(state: ProfileState, now: number): string[][] {
  const { health, trading } = state;
  const frozen = positionsFreshness(state, now);
  return [
    ['services', servicesWord(health)],
    ['positions', told(trading.positions, now, ({ rows }) => String(rows.length))],
    ...(frozen.state === 'frozen' ? [['', frozen.text]] : []),
    [
      'P&L today',
      told(trading.pnl, now, ({ daily, currency }) =>
        daily === null ? 'not reported' : `${signed(daily)} ${currency}`,
      ),
    ],
    [
      'workflow',
      told(
        trading.workflow,
        now,
        ({ running, status }) => `${yesNo(running, 'running', 'idle')}, "${status}"`,
      ),
    ],
    [
      'cycle',
      told(
        trading.cycle,
        now,
        ({ active, status }) => `${yesNo(active, 'active', 'not active')}, "${status}"`,
      ),
    ],
    ...serviceRows(health),
  ];
}

const STOPS = {
  'not-delivered': 'NOT DELIVERED',
  'sent-not-confirmed': 'sent, not confirmed',
} as const;

/** What a person has to look at, whatever the link says: doubts about the account, open outcomes, a stop that is not confirmed. */
export function doubtRows({ guard, lastStop }: ProfileState, now: number): string[][] {
  const outcomes = guard.unresolved.map(({ tool, at, endedAt }) => [
    'outcome',
    visible(
      endedAt === null
        ? `${tool} is still running, allowed ${age(now - at)} ago`
        : `UNKNOWN: ${tool}, allowed ${age(now - at)} ago, may have been carried out; check before it is sent again`,
    ),
  ]);
  return [
    ...(guard.mismatch === null ? [] : [['mismatch', visible(guard.mismatch)]]),
    ...outcomes,
    ...(lastStop === null || lastStop.result === 'confirmed'
      ? []
      : [
          ['stop', `${STOPS[lastStop.result]}, ${age(now - lastStop.at)} ago; by hand:`],
          ['', lastStop.manual],
        ]),
  ];
}
