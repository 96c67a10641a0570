import type {
  CycleModel,
  PnlModel,
  PositionsModel,
  TradingModel,
  WorkflowModel,
} from '../../contract/models.ts';
import type { Profile } from '../../contract/profile.ts';
import { instantReader } from '../backends/instant.ts';
import type { Payload, Read } from '../backends/json-value.ts';
import { PRESETS, type SourceStep } from '../backends/presets.ts';
import { readCycle, readMissingCycle, readWorkflow } from '../backends/read-cycle.ts';
import { readPnl } from '../backends/read-pnl.ts';
import { readPositions } from '../backends/read-positions.ts';
import { getFromService, SourceChain, type SourceAccess } from '../backends/sources.ts';
import type { LinkHandle } from '../link/transport.ts';
import type { Clock } from '../ports.ts';
import type { McpReader } from '../seams.ts';

export interface Chains {
  positions: SourceChain<PositionsModel>;
  pnl: SourceChain<PnlModel>;
  workflow: SourceChain<WorkflowModel>;
  cycle: SourceChain<CycleModel>;
}

const CYCLE_ID_KEPT_MS = 10_000;

/**
 * The id of the cycle that positions and metrics belong to. The trading service's own list comes first: the
 * orchestrator forgets its cycle at a restart and knows nothing of cycles that cron started (facts 0.9).
 */
export function cycleIds(link: LinkHandle, clock: Clock, zone: () => string, model: () => TradingModel) {
  let kept: { id: string | undefined; at: number } | undefined;
  const fromTrading = async (): Promise<string | undefined> => {
    const payload = await getFromService(link, 'trading', '/api/v1/cycles/active', undefined);
    if (!payload?.ok) return undefined;
    const cycle = readCycle(payload.value, instantReader(zone()));
    return cycle.ok && cycle.value.active === true ? (cycle.value.id ?? undefined) : undefined;
  };
  const fromModel = (): string | undefined => {
    const { cycle, workflow, positions } = model();
    if (cycle.state === 'known' && cycle.value.active === true && cycle.value.id !== null)
      return cycle.value.id;
    const rows = positions.state === 'known' ? positions.value.rows : [];
    const ofRow = rows.find((row) => row.cycle !== null)?.cycle;
    return ofRow ?? (workflow.state === 'known' ? (workflow.value.cycle ?? undefined) : undefined);
  };
  return async (): Promise<string | undefined> => {
    if (kept?.id !== undefined && clock.monotonic() - kept.at < CYCLE_ID_KEPT_MS) return kept.id;
    kept = { id: (await fromTrading()) ?? fromModel(), at: clock.monotonic() };
    return kept.id;
  };
}

function isOpenList(step: SourceStep): boolean {
  const words = step.kind === 'mcp-resource' ? step.tail : step.kind === 'mcp-tool' ? step.tool : step.path;
  return /open|active|get_trading_positions|get_position_health|\/positions$/.test(words);
}

function reading<T>(read: (value: unknown) => Read<T>): (payload: Payload) => Read<T> {
  return (payload) => (payload.ok ? read(payload.value) : payload);
}

/** The four source chains of a profile, with its zone and currency. `model` gives hints on the active cycle. */
export function createChains(
  deps: { profile: () => Profile; link: LinkHandle; reader: McpReader; clock: Clock },
  model: () => TradingModel,
): Chains {
  const { profile, link, reader, clock } = deps;
  const zone = () => profile().assumedZone;
  const access: SourceAccess = { link, reader, clock, cycleId: cycleIds(link, clock, zone, model) };
  const { sources } = PRESETS[profile().preset];
  return {
    positions: new SourceChain(access, sources.positions, (payload, step) =>
      payload.ok
        ? readPositions(payload.value, {
            instant: instantReader(zone()),
            currency: profile().currency,
            openList: isOpenList(step),
          })
        : payload,
    ),
    pnl: new SourceChain(
      access,
      sources.pnl,
      reading((value) => readPnl(value, profile().currency)),
    ),
    workflow: new SourceChain(
      access,
      sources.workflow,
      reading((value) => readWorkflow(value, instantReader(zone()))),
    ),
    cycle: new SourceChain(access, sources.cycle, (payload) => {
      if (payload.ok) return readCycle(payload.value, instantReader(zone()));
      const missing = payload.status === 404 ? readMissingCycle(payload.text) : undefined;
      return missing ? { ok: true, value: missing } : payload;
    }),
  };
}
