import type { PnlModel, Reading } from '../../../electron/contract/models.ts';
import type { PositionSums } from '../../../electron/contract/position-figures.ts';
import { Figure } from '../../parts/figure.tsx';
import { ProfitLoss, Sum } from '../../parts/money.tsx';
import { ReadingAge, shown, useReadingStale } from '../../parts/reading-note.tsx';

/** The day of the back end's own figures: they are the account's, not the sum of the rows below. */
function OfTheDay({ reading }: { reading: Reading<PnlModel> }) {
  const model = shown(reading)?.value;
  const stale = useReadingStale(reading);
  const currency = model?.currency ?? '';
  return (
    <dl className={`flex gap-8 max-lg-nav:gap-5 ${stale ? 'stale' : ''}`} data-testid="day-figures">
      <Figure label="Day P&L" note={<ReadingAge reading={reading} />}>
        <span className="text-xl leading-6">
          <ProfitLoss value={model?.daily ?? null} currency={currency} />
        </span>
      </Figure>
      <Figure label="Realized" note="of the day">
        <ProfitLoss value={model?.realized ?? null} currency={currency} />
      </Figure>
      <Figure label="Exposure" note="reported" className="max-lg-nav:hidden">
        <Sum value={model?.exposure ?? null} currency={currency} />
      </Figure>
    </dl>
  );
}

function without(count: number, what: string): string {
  return count === 0 ? 'all positions' : `${count} without ${what}`;
}

function OfCurrency({ sums, single }: { sums: PositionSums; single: boolean }) {
  const { currency } = sums;
  return (
    <dl className="contents" data-testid={`sums-${currency}`}>
      <Figure label={single ? 'Unrealized' : `Unrealized ${currency}`} note={without(sums.withoutPnl, 'P&L')}>
        <ProfitLoss value={sums.unrealized} currency={currency} />
      </Figure>
      <Figure label="At risk" note={without(sums.withoutRisk, 'a stop')}>
        <Sum value={sums.risk} currency={currency} />
      </Figure>
      <Figure
        label="To all stops"
        note={
          sums.passed > 0 ? (
            <span className="text-attention">{sums.passed} passed</span>
          ) : (
            without(sums.withoutStop, 'a distance')
          )
        }
      >
        <Sum value={sums.toStop} currency={currency} />
      </Figure>
      <Figure label="Winners / losers" note={sums.flat > 0 ? `${sums.flat} at zero` : undefined}>
        <span className="whitespace-nowrap">
          <span className="text-gain">{sums.up} up</span> <span className="text-quiet">/</span>{' '}
          <span className="text-loss">{sums.down} down</span>
        </span>
      </Figure>
    </dl>
  );
}

/** What it comes to: of the day as the back end says, and of the open positions as they add up, per currency. */
export function Summary(props: { pnl: Reading<PnlModel>; sums: readonly PositionSums[]; stale: boolean }) {
  const { sums } = props;
  return (
    <section aria-label="Sums" className="rounded-md border border-line bg-raised px-4 py-2">
      <div className="flex flex-wrap items-start gap-x-8 gap-y-2 max-lg-nav:gap-x-4">
        <OfTheDay reading={props.pnl} />
        <div
          className={`grid grid-cols-[repeat(4,max-content)] gap-x-8 gap-y-2 border-l border-line pl-8 max-lg-nav:gap-x-5 max-lg-nav:pl-4 ${props.stale ? 'stale' : ''}`}
        >
          {sums.map((each) => (
            <OfCurrency key={each.currency} sums={each} single={sums.length === 1} />
          ))}
        </div>
      </div>
    </section>
  );
}
