import { AppError } from '../../contract/errors.ts';
import { hoursText } from '../../contract/limits-text.ts';
import type { Limits, Profile } from '../../contract/profile.ts';
import { amountOfNode, amountOfText, amountText, compareAmounts, magnitude, product } from './amounts.ts';
import type { Amount } from './amounts.ts';
import type { JsonNode } from '../../contract/json-text.ts';
import { parseJsonText } from '../../contract/json-text.ts';
import { findLimited, isClosing, mustSay } from './limited-arguments.ts';
import type { Found, Limited } from './limited-arguments.ts';
import { inHours } from './trading-hours.ts';
import { quoted } from './visible.ts';

const WHAT: Readonly<Record<Limited, string>> = {
  symbol: 'symbol',
  size: 'size',
  notional: 'notional value',
  positions: 'number of positions',
};

type Rule = string | undefined;

const unreadable = (what: Limited, name: string): string =>
  `its argument ${quoted(name)} cannot be read as a ${WHAT[what]}, which is limited`;

function unsaid(kind: Limited, tool: string, found: Found, must: readonly Limited[]): Rule {
  const unclear = found.unclear[kind];
  if (unclear !== undefined)
    return `its argument ${quoted(unclear)} may be a ${WHAT[kind]}, which is limited, in a way that this app does not understand`;
  if (must.includes(kind) && found.known[kind].length === 0)
    return `${tool} does not say its ${WHAT[kind]}, which is limited`;
  return undefined;
}

function symbolsOf(node: JsonNode): string[] | undefined {
  const items = node.kind === 'array' ? node.items : [node];
  const names = items.map((item) => (item.kind === 'string' ? item.value.toUpperCase() : ''));
  return names.length > 0 && names.every((name) => /^[A-Z0-9][A-Z0-9.:/_-]{0,23}$/.test(name))
    ? names
    : undefined;
}

function symbolRule(allowed: readonly string[], found: Found): Rule {
  for (const { name, node } of found.known.symbol) {
    const symbols = symbolsOf(node);
    if (!symbols) return unreadable('symbol', name);
    const foreign = symbols.find((symbol) => !allowed.includes(symbol));
    if (foreign !== undefined) return `the symbol ${foreign} is not among the allowed ${listed(allowed)}`;
  }
  return undefined;
}

const listed = (names: readonly string[]): string =>
  names.length > 10 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');

function amountRule(kind: Limited, limit: string, found: Found): Rule {
  const most = amountOfText(limit);
  for (const { name, node } of found.known[kind]) {
    const amount = amountOfNode(node);
    if (!amount || !most) return unreadable(kind, name);
    if (compareAmounts(magnitude(amount), most) > 0)
      return `the ${WHAT[kind]} ${amountText(magnitude(amount))} is above the limit of ${limit}`;
  }
  return undefined;
}

/** A quantity at a limit price has a value; a quantity at the market's has one that nobody knows before. */
function valueOfOrder(found: Found): { value?: Amount; rule?: string } {
  const [size] = found.known.size;
  const [price] = found.known.price;
  if (!size) return {};
  if (!price)
    return { rule: 'an order without a price has no notional value that could be told, which is limited' };
  const [quantity, each] = [amountOfNode(size.node), amountOfNode(price.node)];
  if (!quantity || !each) return { rule: unreadable('notional', (quantity ? price : size).name) };
  return { value: magnitude(product(quantity, each)) };
}

function notionalRule(limit: string, found: Found): Rule {
  const said = amountRule('notional', limit, found);
  if (said !== undefined || found.known.notional.length > 0) return said;
  const { value, rule } = valueOfOrder(found);
  const most = amountOfText(limit);
  if (!value || !most) return rule;
  return compareAmounts(value, most) > 0
    ? `the notional value ${amountText(value)} (size times price) is above the limit of ${limit}`
    : undefined;
}

function argumentRule(preset: Profile['preset'], tool: string, args: string, limits: Limits): Rule {
  const found = findLimited(preset, parseJsonText(args));
  const must = mustSay(preset, tool);
  const { symbols, maxSize, maxNotional, maxPositions } = limits;
  // the value of an order may come from its size and price
  const notNotional = found.known.size.length > 0 ? must.filter((kind) => kind !== 'notional') : must;
  if (symbols) {
    const rule = unsaid('symbol', tool, found, must) ?? symbolRule(symbols, found);
    if (rule !== undefined) return rule;
  }
  if (maxSize !== undefined) {
    const rule = unsaid('size', tool, found, must) ?? amountRule('size', maxSize, found);
    if (rule !== undefined) return rule;
  }
  if (maxNotional !== undefined) {
    const rule = unsaid('notional', tool, found, notNotional) ?? notionalRule(maxNotional, found);
    if (rule !== undefined) return rule;
  }
  if (maxPositions === undefined) return undefined;
  return unsaid('positions', tool, found, must) ?? amountRule('positions', String(maxPositions), found);
}

/** What a limit refused, for the client: which rule, and who can change it. */
export function limitRefused(profile: string, tool: string, rule: string): AppError {
  return new AppError(
    'LIMIT_REFUSED',
    `${tool} was refused by the limits of ${profile}: ${rule}. Nothing was sent.`,
    `Tell the user. Only they can change a limit, on the dashboard or with: catalyst-companion limits ${profile}`,
  );
}

/**
 * Which limit of a profile refuses a start-like call, or undefined. Decimals are compared as they were written, never
 * as floats; what should be limited and cannot be read is refused (RTS 6 art. 15: limits before the order). Tools that
 * end risk are not limited: a person is asked about them all the same. Throws INPUT_INVALID for arguments that are no
 * JSON object.
 */
export function limitRule(
  { preset, limits }: Pick<Profile, 'preset' | 'limits'>,
  call: { tool: string; argumentsText: string },
  now: number,
): string | undefined {
  if (!limits || isClosing(preset, call.tool)) return undefined;
  if (limits.hours && !inHours(limits.hours, now))
    return `it is outside the trading hours ${hoursText(limits.hours)}`;
  return argumentRule(preset, call.tool, call.argumentsText, limits);
}

const more = (before = '', after = ''): boolean => {
  const [old, next] = [amountOfText(before), amountOfText(after)];
  return !old || !next || compareAmounts(next, old) > 0;
};

type Hours = NonNullable<Limits['hours']>;

function hoursLooser(before: Hours | undefined, after: Hours | undefined): boolean {
  if (!before || !after) return true;
  const isOvernight = ({ from, to }: Hours) => from >= to;
  if (before.zone !== after.zone || after.days.some((day) => !before.days.includes(day))) return true;
  if (isOvernight(before) || isOvernight(after)) return before.from !== after.from || before.to !== after.to;
  return after.from < before.from || after.to > before.to;
}

/** Whether the new value of a limit that is set before and after lets more through. */
const LOOSER: Readonly<Record<keyof Limits, (before: Limits, after: Limits) => boolean>> = {
  symbols: ({ symbols: before = [] }, { symbols: after = [] }) =>
    after.some((symbol) => !before.includes(symbol)),
  maxSize: (before, after) => more(before.maxSize, after.maxSize),
  maxNotional: (before, after) => more(before.maxNotional, after.maxNotional),
  maxPositions: ({ maxPositions: before = 0 }, { maxPositions: after = 0 }) => after > before,
  hours: (before, after) => hoursLooser(before.hours, after.hours),
  startsPerHour: ({ startsPerHour: before = 0 }, { startsPerHour: after = 0 }) => after > before,
  coolDownSeconds: ({ coolDownSeconds: before = 0 }, { coolDownSeconds: after = 0 }) => after < before,
};

/** The limits that a change would make looser, by name; taking one away is looser too. */
export function loosened(before: Limits, after: Limits): (keyof Limits)[] {
  return (Object.keys(LOOSER) as (keyof Limits)[]).filter(
    (key) => before[key] !== undefined && (after[key] === undefined || LOOSER[key](before, after)),
  );
}
