import { round2 } from './python-json.ts';
import type { Random } from './random.ts';
import { inventedListing, SYMBOLS, type Listing } from './symbols.ts';

/** Money in US dollars with two places, times in ms since the epoch. */
export interface SimPosition {
  id: number;
  securityId: number;
  symbol: string;
  company: string;
  sector: string;
  cycleId: string;
  side: 'long' | 'short';
  quantity: number;
  entry: number;
  stop: number;
  target: number;
  risk: number;
  openedAt: number;
  updatedAt: number;
  /** null until the first valuation after opening, as on the real system. */
  unrealized: number | null;
  closed: { at: number; price: number; realized: number; reason: string } | null;
}

export interface Quote extends Listing {
  open: number;
  volume: number;
  /** Steps since the start; smooth input for scores. */
  momentum: number;
}

export type MarketEvent = { kind: 'opened' | 'closed'; position: SimPosition };

/** Who may open positions in this step, and under which cycle. null: nobody, trading is stopped. */
export interface TradingPlan {
  cycleId: string;
  maxPositions: number;
  /** Open one now if there is room. */
  openNow: boolean;
}

/** Fewer than this many open positions are topped up while trading goes on. */
const MIN_OPEN = 3;
/** A new position is valued after this long; until then its P&L is null. */
const FIRST_VALUATION_MS = 5_000;
const STOP_DISTANCE = 0.02;
const TARGET_DISTANCE = 0.03;
const POSITION_SIZE_USD = 18_000;
const KEEP_CLOSED = 200;

const utcDay = (ms: number): number => Math.floor(ms / 86_400_000);

/** Twenty symbols that walk at random, and the positions held in them. `step` once a second of simulated time. */
export class Market {
  readonly quotes: Quote[];
  readonly #random: Random;
  readonly #open: SimPosition[] = [];
  readonly #closed: SimPosition[] = [];
  readonly #dayEnded: (trades: readonly SimPosition[]) => void;
  #nextId = 1;
  #realizedCents = 0;
  #day: number;

  /** Opens the session with four positions, the newest not valued yet. */
  constructor(
    random: Random,
    now: number,
    cycleId: string,
    dayEnded: (trades: readonly SimPosition[]) => void,
  ) {
    this.#random = random;
    this.#dayEnded = dayEnded;
    this.#day = utcDay(now);
    this.quotes = SYMBOLS.map((listing) => this.#quoteOf(listing));
    for (const minutes of [94, 61, 27]) {
      const position = this.#openOne(now - minutes * 60_000, cycleId, random.between(-0.012, 0.012));
      if (position) this.#value(position, now);
    }
    this.#openOne(now - 1_000, cycleId, 0);
  }

  openPositions(): readonly SimPosition[] {
    return this.#open;
  }

  /** Newest last, at most 200. */
  closedPositions(): readonly SimPosition[] {
    return this.#closed;
  }

  quote(symbol: string): Quote | undefined {
    return this.quotes.find((quote) => quote.symbol === symbol.toUpperCase());
  }

  /** Sums over what has a value; `exposure` at entry prices as the risk manager counts it. */
  totals(): { exposure: number; unrealized: number; realized: number; daily: number } {
    const sum = (of: (position: SimPosition) => number): number =>
      round2(this.#open.reduce((total, position) => total + of(position), 0));
    const unrealized = sum((position) => position.unrealized ?? 0);
    const realized = this.#realizedCents / 100;
    return {
      exposure: sum((position) => position.entry * position.quantity),
      unrealized,
      realized,
      daily: round2(unrealized + realized),
    };
  }

  /** One second: prices move, positions are valued, stopped out, taken, opened. `now` in ms. */
  step(now: number, plan: TradingPlan | null): MarketEvent[] {
    this.#newDay(now);
    for (const quote of this.quotes) this.#move(quote);
    const events: MarketEvent[] = [];
    // a copy: closing takes positions out of the list
    for (const position of this.#open.slice()) {
      this.#value(position, now);
      const reason = this.#exitReason(position);
      if (reason !== undefined) events.push(this.#close(position, now, reason));
    }
    if (plan && this.#wantsMore(plan)) {
      const position = this.#openOne(now, plan.cycleId, 0);
      if (position) events.push({ kind: 'opened', position });
    }
    return events;
  }

  /** Holds `count` positions, in invented names where there are not enough others, opened over the last two hours. */
  fill(count: number, now: number, cycleId: string): void {
    for (let n = 0; this.quotes.length < count + SYMBOLS.length; n += 1) {
      this.quotes.push(this.#quoteOf(inventedListing(n)));
    }
    while (this.#open.length < count) {
      const openedAt = now - Math.floor(this.#random.between(60_000, 7_200_000));
      const position = this.#openOne(openedAt, cycleId, this.#random.between(-0.012, 0.012));
      if (position === undefined) return;
      this.#value(position, now);
    }
  }

  /** Between two steps: prices move and positions are valued, nothing is opened or closed. */
  tick(now: number): void {
    for (const quote of this.quotes) this.#move(quote);
    for (const position of this.#open) this.#value(position, now);
  }

  closeAll(now: number, reason: string): MarketEvent[] {
    return [...this.#open].map((position) => this.#close(position, now, reason));
  }

  /** Realised P&L and the closed list are the day's; days are UTC, as the services count them. */
  #newDay(now: number): void {
    if (utcDay(now) === this.#day) return;
    this.#day = utcDay(now);
    this.#realizedCents = 0;
    this.#dayEnded(this.#closed.splice(0));
  }

  #quoteOf(listing: Listing): Quote {
    return {
      ...listing,
      open: listing.price,
      volume: Math.floor(this.#random.between(400_000, 9_000_000)),
      momentum: this.#random.between(-1, 1),
    };
  }

  #wantsMore(plan: TradingPlan): boolean {
    const count = this.#open.length;
    if (count < Math.min(MIN_OPEN, plan.maxPositions)) return true;
    return plan.openNow && count < plan.maxPositions;
  }

  #move(quote: Quote): void {
    const shock = this.#random.gauss();
    quote.momentum = Math.max(-1, Math.min(1, quote.momentum * 0.98 + shock * 0.05));
    const pull = 0.00002 * Math.log(quote.open / quote.price);
    quote.price = Math.max(1, round2(quote.price * Math.exp(quote.volatility * shock + pull)));
    quote.volume += Math.floor(this.#random.between(50, 4_000));
  }

  #value(position: SimPosition, now: number): void {
    if (now - position.openedAt < FIRST_VALUATION_MS) return;
    position.unrealized = this.#gain(position);
    position.updatedAt = now;
  }

  #gain(position: SimPosition): number {
    const price = this.quote(position.symbol)?.price ?? position.entry;
    const perShare = position.side === 'long' ? price - position.entry : position.entry - price;
    return round2(perShare * position.quantity);
  }

  #exitReason(position: SimPosition): string | undefined {
    const price = this.quote(position.symbol)?.price ?? position.entry;
    const direction = position.side === 'long' ? 1 : -1;
    if ((price - position.stop) * direction <= 0) return 'stop_loss';
    if ((price - position.target) * direction >= 0) return 'take_profit';
    const tired =
      position.unrealized !== null && this.#open.length > MIN_OPEN && this.#random.chance(1 / 240);
    return tired ? 'signal_exit' : undefined;
  }

  #close(position: SimPosition, now: number, reason: string): MarketEvent {
    this.#open.splice(this.#open.indexOf(position), 1);
    const realized = this.#gain(position);
    const price = this.quote(position.symbol)?.price ?? position.entry;
    position.closed = { at: now, price, realized, reason };
    position.unrealized = null;
    position.updatedAt = now;
    this.#realizedCents += Math.round(realized * 100);
    this.#closed.push(position);
    if (this.#closed.length > KEEP_CLOSED) this.#closed.shift();
    return { kind: 'closed', position };
  }

  #openOne(now: number, cycleId: string, drift: number): SimPosition | undefined {
    const held = new Set(this.#open.map((position) => position.symbol));
    const free = this.quotes.filter((quote) => !held.has(quote.symbol));
    if (free.length === 0) return undefined;
    const quote = this.#random.pick(free);
    const side = this.#random.chance(0.75) ? 'long' : 'short';
    const direction = side === 'long' ? 1 : -1;
    const entry = round2(quote.price * (1 + drift));
    const quantity = Math.max(5, Math.round(POSITION_SIZE_USD / entry / 5) * 5);
    const stop = round2(entry * (1 - direction * STOP_DISTANCE));
    const position: SimPosition = {
      id: this.#nextId++,
      securityId: 100 + this.quotes.indexOf(quote),
      symbol: quote.symbol,
      company: quote.company,
      sector: quote.sector,
      cycleId,
      side,
      quantity,
      entry,
      stop,
      target: round2(entry * (1 + direction * TARGET_DISTANCE)),
      risk: round2(Math.abs(entry - stop) * quantity),
      openedAt: now,
      updatedAt: now,
      unrealized: null,
      closed: null,
    };
    this.#open.push(position);
    return position;
  }
}
