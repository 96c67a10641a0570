import type { ProfileState } from '../../contract/state.ts';
import type { Reading } from '../../contract/models.ts';

const PRETEND = /^(?:paper|papertrading|demo|sandbox|simulation|simulated|simulator|sim|backtest|dry_?run)$/;
const REAL = /^(?:live|livetrading|real|production|prod)$/;

/** Whether a word says that money is real; undefined for all others (Catalyst's modes are normal, aggressive, …). */
function isReal(word: string): boolean | undefined {
  const plain = word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
    .replace(/^alpaca_|_(?:mode|account|trading)$/g, '');
  if (PRETEND.test(plain)) return false;
  return REAL.test(plain) ? true : undefined;
}

interface Claim {
  where: string;
  word: string;
  real: boolean;
}

const MODE_PARTS = /^(?:alpaca|alpaca_status|broker|account|account_type|mode|trading_mode|environment)$/;

const lastOf = <T>(reading: Reading<T>): T | undefined =>
  reading.state === 'known' ? reading.value : reading.last?.value;

/**
 * Where back ends say how they trade: the mode of workflow and cycle, and parts of a /health answer that name the
 * broker or the account. The last word counts while a reading is unknown: it stays until the back end says otherwise.
 */
function claims({ trading, health }: Pick<ProfileState, 'trading' | 'health'>): Claim[] {
  const words: [string, string | null | undefined][] = [
    ['its workflow', lastOf(trading.workflow)?.mode],
    ['its trading cycle', lastOf(trading.cycle)?.mode],
  ];
  for (const service of health.services)
    for (const [part, word] of Object.entries(service.parts))
      if (MODE_PARTS.test(part)) words.push([`its service ${service.name} (${part})`, word]);
  return words.flatMap(([where, word]) => {
    const real = typeof word === 'string' ? isReal(word) : undefined;
    return real === undefined || typeof word !== 'string' ? [] : [{ where, word, real }];
  });
}

/**
 * That the back end says it trades otherwise than its profile says, in one sentence; null while nothing contradicts.
 * A demo profile may be told `paper`: both are not money.
 */
export function mismatchOf(state: Pick<ProfileState, 'profile' | 'trading' | 'health'>): string | null {
  const { name, environment } = state.profile;
  const wrong = claims(state).find(({ real }) => real !== (environment === 'live'));
  if (!wrong) return null;
  return `The profile ${name} says ${environment.toUpperCase()}, but ${wrong.where} says "${wrong.word.slice(0, 40)}"`;
}
