import type { ReactNode } from 'react';
import type { PnlModel, Reading } from '../../../electron/contract/models.ts';
import type { PositionSums } from '../../../electron/contract/position-figures.ts';
import { amountRoom, wholeDigits } from '../../parts/amount-room.ts';
import { Figure } from '../../parts/figure.tsx';
import { ProfitLoss, Sum } from '../../parts/money.tsx';
import { ReadingAge, shown, useReadingStale } from '../../parts/reading-note.tsx';
import { useWritten } from '../../parts/written.ts';

/** The day of the back end's own figures: they are the account's, not the sum of the rows below. */
function OfTheDay({ reading }: { reading: Reading<PnlModel> }) {
  const model = shown(reading)?.value;
  const stale = useReadingStale(reading);
  const currency = model?.currency ?? '';
  return (
    <dl
      className={`flex gap-6 border-l border-line px-6 max-lg-nav:gap-4 max-lg-nav:px-4 ${stale ? 'stale' : ''}`}
      data-testid="day-figures"
    >
      <Figure
        label="Day P&L"
        note={<ReadingAge reading={reading} />}
        className="min-w-38 max-lg-nav:min-w-34"
      >
        <span className="text-xl leading-6">
          <ProfitLoss value={model?.daily ?? null} currency={currency} />
        </span>
      </Figure>
      <Figure label="Realized" note="of the day" className="min-w-26 max-lg-nav:min-w-22">
        <ProfitLoss value={model?.realized ?? null} currency={currency} />
      </Figure>
      <Figure label="Exposure" note="reported" className="min-w-26 max-lg-nav:min-w-22">
        <Sum value={model?.exposure ?? null} currency={currency} />
      </Figure>
    </dl>
  );
}

function without(count: number, what: string): string {
  return count === 0 ? 'all positions' : `${count} without ${what}`;
}

/** A count of winners or losers wears the colour of money only where there are any. */
function Count({ count, word, tone }: { count: number; word: string; tone: string }) {
  return (
    <span className={count > 0 ? tone : 'text-text'}>
      {count} {word}
    </span>
  );
}

/** Columns of one width, so that a digit more or less moves nothing beside it. */
const CELL = 'pr-4 text-left align-top whitespace-nowrap last:pr-0 max-lg-nav:pr-2';

function Cell({ note, children }: { note: ReactNode; children: ReactNode }) {
  return (
    <td className={CELL}>
      <span className="block leading-5 font-medium">{children}</span>
      <span className="block text-xs text-quiet">{note}</span>
    </td>
  );
}

function OfCurrency({ sums, single }: { sums: PositionSums; single: boolean }) {
  const { currency } = sums;
  const passed = <span className="text-attention">{sums.passed} passed</span>;
  return (
    <tr data-testid={`sums-${currency}`}>
      {single ? null : (
        <th scope="row" className={`${CELL} leading-5 font-medium`}>
          {currency}
        </th>
      )}
      <Cell note={without(sums.withoutPnl, 'P&L')}>
        <ProfitLoss value={sums.unrealized} currency={currency} />
      </Cell>
      <Cell note={without(sums.withoutRisk, 'a stop')}>
        <Sum value={sums.risk} currency={currency} />
      </Cell>
      <Cell note={sums.passed > 0 ? passed : without(sums.withoutStop, 'one')}>
        <Sum value={sums.toStop} currency={currency} />
      </Cell>
      <Cell note={sums.flat > 0 ? `${sums.flat} at zero` : `of ${sums.count}`}>
        <Count count={sums.up} word="up" tone="text-gain" /> <span className="text-quiet">/</span>{' '}
        <Count count={sums.down} word="down" tone="text-loss" />
      </Cell>
    </tr>
  );
}

const RESULT = { signed: true, fraction: 2 } as const;

/** Pixels that the sums need to stand side by side, each column as wide as the widest. */
function roomOf(sums: readonly PositionSums[], prefixOf: (currency: string) => string): number {
  const amounts = sums.flatMap(({ unrealized, risk, toStop }) => [
    unrealized ?? '',
    risk ?? '',
    toStop ?? '',
  ]);
  const digits = Math.max(...amounts.map(wholeDigits));
  const prefix = Math.max(...sums.map(({ currency }) => prefixOf(currency).length));
  return 3 * amountRoom(digits, prefix, RESULT) + (sums.length === 1 ? 128 : 180);
}

const HEADS = ['Unrealized', 'At risk', 'To all stops', 'Winners / losers'] as const;

/** What it comes to: of the day as the back end says, and of the open positions as they add up, per currency. */
export function Summary(props: { pnl: Reading<PnlModel>; sums: readonly PositionSums[]; stale: boolean }) {
  const { sums } = props;
  const single = sums.length === 1;
  const { prefix } = useWritten();
  return (
    <section aria-label="Sums" className="rounded-md border border-line bg-raised px-4 py-2">
      {/* what is too wide to stand beside the day stands below it, and its line is pushed out of sight */}
      <div className="overflow-hidden">
        <div className="-ml-6.25 flex flex-wrap gap-y-2 max-lg-nav:-ml-4.25">
          <OfTheDay reading={props.pnl} />
          {sums.length === 0 ? null : (
            <div
              className={`flex-1 border-l border-line pl-6 max-lg-nav:pl-4 ${props.stale ? 'stale' : ''}`}
              style={{ flexBasis: roomOf(sums, prefix) }}
            >
              <table className="w-full max-w-200 table-fixed">
                <thead>
                  <tr className="text-xs text-quiet">
                    {single ? null : (
                      <th scope="col" className={`w-13 max-lg-nav:w-11 ${CELL}`}>
                        <span className="sr-only">Currency</span>
                      </th>
                    )}
                    {HEADS.map((head) => (
                      <th key={head} scope="col" className={`${CELL} font-normal last:w-32`}>
                        {head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {sums.map((each) => (
                    <OfCurrency key={each.currency} sums={each} single={single} />
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
      </div>
    </section>
  );
}
