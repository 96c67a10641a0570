import type { Decimal, PnlModel } from '../../contract/models.ts';
import { signOf } from '../../contract/decimal-math.ts';
import { currencyOf, parseDecimal } from './decimal.ts';
import { firstOf, isFields, type Fields } from './json-text.ts';
import { unwrap, type Read } from './json-value.ts';

const KEYS = {
  equity: ['equity', 'account_equity', 'portfolio_value', 'total_equity'],
  daily: ['daily_pnl', 'day_pnl', 'todays_pnl'],
  unrealized: ['unrealized_pnl', 'total_unrealized_pnl', 'unrealized_pl'],
  realized: ['realized_pnl', 'total_realized_pnl'],
  exposure: ['total_exposure_usd', 'total_exposure', 'current_exposure', 'exposure', 'market_value'],
  dailyLossLimit: ['daily_loss_limit_usd', 'daily_loss_limit', 'max_daily_loss'],
} as const;

/** The successor's get_portfolio fills every missing value with 0, so a 0 there tells nothing (facts 2). */
function zeroTellsNothing(fields: Fields): boolean {
  return fields['equity'] !== undefined && fields['cash'] !== undefined;
}

function figuresIn(value: unknown, currency: string): PnlModel | undefined {
  // a list of rows beside the sums means totals that are constants there (facts 2b)
  if (!isFields(value) || Array.isArray(value['positions'])) return undefined;
  const hollow = zeroTellsNothing(value);
  const figure = (keys: readonly string[]): Decimal | null => {
    const amount = parseDecimal(firstOf(value, keys));
    return hollow && amount !== null && signOf(amount) === 0 ? null : amount;
  };
  // reporting's daily summary: its total is the day's
  const daily = value['closed_today'] === undefined ? KEYS.daily : [...KEYS.daily, 'total_pnl'];
  const figures = {
    currency: currencyOf(value['currency'], currency),
    equity: figure(KEYS.equity),
    daily: figure(daily),
    unrealized: figure(KEYS.unrealized),
    realized: figure(KEYS.realized),
    exposure: figure(KEYS.exposure),
    dailyLossLimit: figure(KEYS.dailyLossLimit),
  };
  const any = figures.daily ?? figures.unrealized ?? figures.realized;
  return any === null ? undefined : figures;
}

/** P&L from risk metrics (REST and MCP), the portfolio summaries, the successor's portfolio or the daily report. */
export function readPnl(value: unknown, currency: string): Read<PnlModel> {
  return unwrap(value, (candidate) => figuresIn(candidate, currency));
}
