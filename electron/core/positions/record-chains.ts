import type { TradingModel } from '../../contract/models.ts';
import type { Profile } from '../../contract/profile.ts';
import type { RecordsModel } from '../../contract/records.ts';
import { instantReader } from '../backends/instant.ts';
import type { Payload, Read } from '../backends/json-value.ts';
import { PRESETS, type RecordName } from '../backends/presets.ts';
import type { RecordsContext } from '../backends/read-list.ts';
import { readNews, readScan } from '../backends/read-market.ts';
import { readPerformance } from '../backends/read-performance.ts';
import { readRuns } from '../backends/read-runs.ts';
import { readClosed, readOrders } from '../backends/read-trades.ts';
import { SourceChain } from '../backends/sources.ts';
import type { LinkHandle } from '../link/transport.ts';
import type { Clock } from '../ports.ts';
import type { McpReader } from '../seams.ts';
import { cycleIds } from './chains.ts';

type ValueOf<N extends RecordName> = Extract<RecordsModel[N], { state: 'known' }>['value'];
type Readers = { [N in RecordName]: (value: unknown, context: RecordsContext) => Read<ValueOf<N>> };

const READERS: Readers = {
  closed: readClosed,
  orders: readOrders,
  performance: (value, { currency }) => readPerformance(value, currency),
  day: (value, { currency }) => readPerformance(value, currency),
  scan: readScan,
  news: readNews,
  cycles: readRuns,
  runs: readRuns,
};

export interface RecordSources {
  profile: () => Profile;
  link: LinkHandle;
  reader: McpReader;
  clock: Clock;
  /** The state of the moment, for the active cycle's id. */
  trading: () => TradingModel;
}

/** The source chains of what a back end offers beside its state of the moment. */
export function createRecordChains(deps: RecordSources): Record<RecordName, SourceChain<unknown>> {
  const { profile, link, reader, clock, trading } = deps;
  const zone = () => profile().assumedZone;
  const access = { link, reader, clock, cycleId: cycleIds(link, clock, zone, trading) };
  const { records } = PRESETS[profile().preset];
  const parse =
    (name: RecordName) =>
    (payload: Payload): Read<unknown> =>
      payload.ok
        ? READERS[name](payload.value, { instant: instantReader(zone()), currency: profile().currency })
        : payload;
  const names = Object.keys(READERS) as RecordName[];
  const chains = names.map((name) => [name, new SourceChain(access, records[name] ?? [], parse(name))]);
  return Object.fromEntries(chains) as Record<RecordName, SourceChain<unknown>>;
}
