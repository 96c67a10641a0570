import type { PresetName } from '../../contract/profile.ts';
import type { JsonNode } from '../../contract/json-text.ts';

/** What a limit is about. */
export type Limited = 'symbol' | 'size' | 'notional' | 'positions';

type Names = Readonly<Record<Limited | 'price', readonly string[]>>;

/**
 * Argument names of every generation of Catalyst and its successor, and the usual ones of other
 * trading servers. Quantities are shares or contracts, notional and amount are money.
 */
const TRADING: Names = {
  symbol: ['symbol', 'symbols', 'ticker', 'tickers'],
  size: ['quantity', 'qty', 'size', 'shares'],
  notional: ['notional', 'amount'],
  positions: ['max_positions'],
  price: ['price', 'limit_price', 'entry_price'],
};

/** StockSpark sells cars: a price is the value of one vehicle, and there is nothing else that a limit could be about. */
const VEHICLES: Names = { symbol: [], size: [], notional: ['newPrice', 'price'], positions: [], price: [] };

const NAMES: Readonly<Record<PresetName, Names>> = {
  catalyst: TRADING,
  stockspark: VEHICLES,
  stockpulse: TRADING,
  kubernetes: TRADING,
  generic: TRADING,
};

/** Names that sound as if they were limited, in a unit or a way that this app does not know. */
const SOUNDS_LIKE: Readonly<Record<Limited, RegExp>> = {
  symbol: /symbol|ticker|instrument|isin|cusip|security/,
  size: /quantit|qty|size|shares|contracts|lots/,
  notional: /notional|amount|dollars|usd|cash|budget|exposure|marketvalue/,
  positions: /maxpositions|positioncount|maxopen/,
};

/**
 * Orders, with what one must say where it is limited. `execute_signal` names a signal and not what it buys, so it can
 * say none of it. What a started cycle buys is decided on the droplet.
 */
const MUST_SAY: ReadonlyMap<string, readonly Limited[]> = new Map([
  ['execute_trade', ['symbol', 'size', 'notional']],
  ['execute_signal', ['symbol', 'size', 'notional']],
  ['start_trading_cycle', ['positions']],
]);

/** What ends or protects positions. Held back by a limit it would keep a risk that somebody wants to end; a person is asked all the same. */
const CLOSING: ReadonlySet<string> = new Set([
  'stop_trading',
  'stop_trading_cycle',
  'emergency_stop',
  'close_position',
  'close_all_positions',
  'close_all',
  'adjust_position_stop_loss',
]);

export function isClosing(preset: PresetName, tool: string): boolean {
  return preset === 'catalyst' && CLOSING.has(tool);
}

export function mustSay(preset: PresetName, tool: string): readonly Limited[] {
  return preset === 'catalyst' ? (MUST_SAY.get(tool) ?? []) : [];
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

export interface Found {
  /** Top-level arguments of a known name, by what they are about; null counts as left out. */
  known: Record<Limited | 'price', { name: string; node: JsonNode }[]>;
  /** The first argument that sounds limited and cannot be judged, by what it sounds like. */
  unclear: Partial<Record<Limited, string>>;
}

const KINDS = ['symbol', 'size', 'notional', 'positions'] as const;

function look(node: JsonNode, path: string, names: Names, found: Found): void {
  if (node.kind === 'array') {
    for (const item of node.items) look(item, path, names, found);
    return;
  }
  if (node.kind !== 'object') return;
  for (const [name, value] of node.members) {
    const where = path === '' ? name : `${path}.${name}`;
    const same = (one: string) => plain(one) === plain(name);
    const kind = ([...KINDS, 'price'] as const).find((each) => names[each].some(same));
    const empty = value.kind === 'literal' && value.text === 'null';
    if (kind !== undefined && path === '') {
      if (!empty) found.known[kind].push({ name, node: value });
    } else if (kind !== 'price') {
      // nested, or a name of which the unit is not known
      const sounds = kind ?? KINDS.find((each) => SOUNDS_LIKE[each].test(plain(name)));
      if (sounds !== undefined && !empty) found.unclear[sounds] ??= where;
    }
    look(value, where, names, found);
  }
}

/** Finds what limits are about in the arguments of a call, at any depth. */
export function findLimited(preset: PresetName, args: JsonNode): Found {
  const found: Found = {
    known: { symbol: [], size: [], notional: [], positions: [], price: [] },
    unclear: {},
  };
  look(args, '', NAMES[preset], found);
  return found;
}
