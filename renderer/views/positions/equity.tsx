import { useMemo, useState } from 'react';
import type { HistorySpan, MoneyHistory, MoneyMetric } from '../../../electron/contract/history.ts';
import type { Drawdown } from '../../../electron/contract/trade-stats.ts';
import { drawdown, percentOf } from '../../../electron/contract/trade-stats.ts';
import { subtractDecimals } from '../../../electron/contract/decimal-math.ts';
import { useFromNow } from '../../api/app-context.tsx';
import { useMoneyHistory } from '../../api/use-history.ts';
import { Choice } from '../../parts/field.tsx';
import { Figure } from '../../parts/figure.tsx';
import { withGaps } from '../../parts/gaps.ts';
import { Amount, ProfitLoss, Sum } from '../../parts/money.tsx';
import { Empty, Panel, Problem, Waiting } from '../../parts/panel.tsx';
import { momentText } from '../../parts/time-text.ts';
import { Curve } from './curve.tsx';
import { firstPoints, SpanChoice, spanWords } from './spans.tsx';

const METRICS: readonly MoneyMetric[] = ['equity', 'daily'];

type Line = MoneyHistory['series'][number];

/** The equity where a back end tells it; else the P&L of the day, which is not the same and is called so. */
function linesOf({ series }: MoneyHistory): readonly Line[] {
  const equity = series.filter(({ metric, points }) => metric === 'equity' && points.length > 0);
  return equity.length > 0
    ? equity
    : series.filter(({ metric, points }) => metric === 'daily' && points.length > 0);
}

function Fall({ fall, line, currency }: { fall: Drawdown | null; line: Line; currency: string }) {
  const peak = fall === null ? null : line.points.find(([at]) => at === fall.peakAt)?.[1];
  const share =
    line.metric !== 'equity' || fall === null || peak === undefined || peak === null
      ? null
      : percentOf(fall.deepest, peak, 2);
  const from = useFromNow((now) => (fall === null ? '' : momentText(fall.peakAt, now)));
  const to = useFromNow((now) => (fall === null ? '' : momentText(fall.troughAt, now)));
  const deepest = fall === null || fall.deepest === '0' ? '0' : `-${fall.deepest}`;
  return (
    <Figure
      label={share === null ? 'Deepest fall' : 'Deepest drawdown'}
      note={deepest === '0' ? undefined : `${from} to ${to}`}
    >
      <ProfitLoss value={deepest} currency={currency} />
      {share === null ? null : (
        <span className="text-quiet">
          {' '}
          <Amount value={share} most={2} /> %
        </span>
      )}
    </Figure>
  );
}

function Shown(props: { line: Line; span: HistorySpan; history: MoneyHistory }) {
  const { line, span } = props;
  const { gapMs, stepMs } = props.history;
  const { currency } = line;
  const isEquity = line.metric === 'equity';
  const points = useMemo(
    () =>
      withGaps(
        line.points.map(([at, last]): [number, number] => [at, Number(last)]),
        gapMs,
      ),
    [line, gapMs],
  );
  // the P&L of a day begins anew every day: a fall over several days would be none
  const falls = isEquity || span === '1h' || span === '1d';
  const fall = useMemo(
    () => (falls ? drawdown(line.points.map(([at, value]) => ({ at, value }))) : null),
    [line, falls],
  );
  const [first, last] = [line.points[0]?.[1] ?? null, line.points.at(-1)?.[1] ?? null];
  const change = first === null || last === null ? null : subtractDecimals(last, first);
  return (
    <div className="flex h-full min-h-0 flex-col gap-4">
      <p className="text-sm text-quiet" data-testid="equity-words">
        {isEquity
          ? `Over ${spanWords(span)}, as received by this app.`
          : `Over ${spanWords(span)}, as received by this app. This back end does not tell its equity.`}
      </p>
      <div className="min-h-40 flex-1">
        {line.points.length < 2 ? (
          <Empty title="No curve yet">{firstPoints(stepMs)}</Empty>
        ) : (
          <Curve
            fit={isEquity}
            points={points}
            currency={currency}
            label={`${isEquity ? 'Equity' : 'P&L of the day'} over ${spanWords(span)}`}
          />
        )}
      </div>
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
        <Figure label="Last">
          {isEquity ? (
            <Sum value={last} currency={currency} />
          ) : (
            <ProfitLoss value={last} currency={currency} />
          )}
        </Figure>
        <Figure label="Change">
          <ProfitLoss value={change} currency={currency} />
        </Figure>
        {falls ? <Fall fall={fall} line={line} currency={currency} /> : null}
      </dl>
    </div>
  );
}

/** What the account was worth over time, as far as this app has seen it. */
export function Equity() {
  const [span, setSpan] = useState<HistorySpan>('1h');
  const [chosen, setChosen] = useState('');
  const history = useMoneyHistory(METRICS, span, 500);
  const lines = history.state === 'known' ? linesOf(history.value) : [];
  const line = lines.find(({ currency }) => currency === chosen) ?? lines[0];
  const aside = (
    <>
      {lines.length > 1 ? (
        <Choice
          label="Currency"
          hideLabel
          value={line?.currency ?? ''}
          onChange={(event) => setChosen(event.target.value)}
        >
          {lines.map(({ currency }) => (
            <option key={currency}>{currency}</option>
          ))}
        </Choice>
      ) : null}
      <SpanChoice span={span} onSpan={setSpan} />
    </>
  );
  return (
    <Panel
      title={
        line === undefined
          ? 'Equity or P&L of the day'
          : line.metric === 'equity'
            ? 'Equity'
            : 'P&L of the day'
      }
      aside={aside}
      className="min-h-96 min-w-0 flex-1"
    >
      {history.state === 'loading' ? (
        <Waiting label="Asking what was remembered…" />
      ) : history.state === 'failed' ? (
        <Problem error={history.error} tone="attention" />
      ) : line === undefined ? (
        <Empty title="Nothing remembered yet">
          Neither equity nor P&L of the day was received over {spanWords(span)}.
        </Empty>
      ) : (
        <Shown line={line} span={span} history={history.value} />
      )}
    </Panel>
  );
}
