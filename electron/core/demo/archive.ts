import type { SimPosition } from './market.ts';
import { round2, stamp } from './python-json.ts';
import type { Random } from './random.ts';
import { SYMBOLS } from './symbols.ts';

const DAY_MS = 86_400_000;
const DAYS = 28;
const FIRST_ID = 5_001;
const KEPT = 400;

interface Sketch {
  id: number;
  day: number;
  openedAt: number;
  closedAt: number;
}

/** A trade that hit its stop, its target, or was given up somewhere between; a bit more than half of them win. */
function traded(random: Random, { id, day, openedAt, closedAt }: Sketch): SimPosition {
  const listing = random.pick(SYMBOLS);
  const direction = random.chance(0.72) ? 1 : -1;
  const entry = round2(listing.price * (1 + random.between(-0.06, 0.06)));
  const stop = round2(entry * (1 - direction * 0.02));
  const draw = random.next();
  const [moved, reason] =
    draw < 0.28
      ? ([-0.02, 'stop_loss'] as const)
      : draw < 0.52
        ? ([0.03, 'take_profit'] as const)
        : ([random.between(-0.012, 0.02), 'signal_exit'] as const);
  const price = round2(entry * (1 + direction * moved));
  const quantity = Math.max(5, Math.round(18_000 / entry / 5) * 5);
  return {
    id,
    securityId: 100 + SYMBOLS.indexOf(listing),
    symbol: listing.symbol,
    company: listing.company,
    sector: listing.sector,
    cycleId: stamp(day + 13.5 * 3_600_000, '-'),
    side: direction === 1 ? 'long' : 'short',
    quantity,
    entry,
    stop,
    target: round2(entry * (1 + direction * 0.03)),
    risk: round2(Math.abs(entry - stop) * quantity),
    openedAt,
    updatedAt: closedAt,
    unrealized: null,
    closed: { at: closedAt, price, realized: round2((price - entry) * direction * quantity), reason },
  };
}

/** Trades of the weeks before, so that results have a history on the first day. Oldest first, at most 400. */
export class TradeArchive {
  readonly #trades: SimPosition[] = [];

  constructor(random: Random, now: number) {
    const today = Math.floor(now / DAY_MS) * DAY_MS;
    let id = FIRST_ID;
    for (let back = DAYS; back >= 1; back -= 1) {
      const day = today - back * DAY_MS;
      const weekday = new Date(day).getUTCDay();
      if (weekday === 0 || weekday === 6) continue;
      const count = 3 + Math.floor(random.between(0, 5));
      for (let n = 0; n < count; n += 1) {
        const openedAt = day + Math.floor(random.between(14.6, 19.5) * 3_600_000);
        const closedAt = openedAt + Math.floor(random.between(0.1, 1.4) * 3_600_000);
        this.#trades.push(traded(random, { id: id++, day, openedAt, closedAt }));
      }
    }
    this.#trades.sort((a, b) => (a.closed?.at ?? 0) - (b.closed?.at ?? 0));
  }

  trades(): readonly SimPosition[] {
    return this.#trades;
  }

  /** Takes over a day's trades when the next day begins. */
  add(trades: readonly SimPosition[]): void {
    this.#trades.push(...trades);
    this.#trades.splice(0, this.#trades.length - KEPT);
  }
}
