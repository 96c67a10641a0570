import { useMemo, useState } from 'react';
import type { HistorySpan } from '../../../electron/contract/history.ts';
import type { Position } from '../../../electron/contract/models.ts';
import type { Order } from '../../../electron/contract/records.ts';
import { useProfile } from '../../api/app-context.tsx';
import { usePositionsHistory } from '../../api/use-history.ts';
import { Age } from '../../parts/age.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Figure } from '../../parts/figure.tsx';
import { withGaps } from '../../parts/gaps.ts';
import { Amount, Percent, ProfitLoss, Sum } from '../../parts/money.tsx';
import { Multiple } from '../../parts/multiple.tsx';
import { CodeBlock, indented, PlainText } from '../../parts/plain-text.tsx';
import { NotKnown, shown } from '../../parts/reading-note.tsx';
import { Section } from '../../parts/section.tsx';
import { Estimate } from './columns.tsx';
import { Curve } from './curve.tsx';
import type { FiguresOf } from './figures.ts';
import { Ladder } from './ladder.tsx';
import { Moment } from './moment.tsx';
import { firstPoints, SpanChoice, spanWords } from './spans.tsx';

function Figures({ position, figures }: { position: Position; figures: FiguresOf }) {
  const { currency } = position;
  const { price, risk, stop, r } = figures(position);
  return (
    <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
      <Figure label="Unrealized">
        <ProfitLoss value={position.unrealized} currency={currency} />
      </Figure>
      <Figure label="Percent">
        <Percent value={position.unrealizedPct} />
      </Figure>
      <Figure label="R">
        <Multiple value={r} />
      </Figure>
      <Figure label="Realized">
        <ProfitLoss value={position.realized} currency={currency} />
      </Figure>
      <Figure label="Value">
        <Sum value={position.value} currency={currency} />
      </Figure>
      <Figure label="At risk">
        {risk === null ? (
          <Sum value={null} currency={currency} />
        ) : (
          <Estimate worked={risk}>
            <Sum value={risk.value} currency={currency} />
          </Estimate>
        )}
      </Figure>
      <Figure label="Price">
        {price === null ? (
          <Amount value={null} />
        ) : (
          <Estimate worked={price}>
            <Amount value={price.value} least={2} />
          </Estimate>
        )}
      </Figure>
      <Figure label="To stop">
        <Sum value={stop?.money ?? null} currency={currency} />
      </Figure>
      <Figure label="To stop, %">
        <Amount value={stop?.percent ?? null} least={2} most={2} />
      </Figure>
      <Figure label="Entry">
        <Amount value={position.entry} least={2} />
      </Figure>
      <Figure label="Stop">
        <Amount value={position.stop} least={2} />
      </Figure>
      <Figure label="Target">
        <Amount value={position.target} least={2} />
      </Figure>
    </dl>
  );
}

const POINTS = 300;

/** What was remembered of one position, going on with every reading. */
function Chart({ position }: { position: Position }) {
  const [span, setSpan] = useState<HistorySpan>('1h');
  const keys = useMemo(() => [position.key], [position.key]);
  const history = usePositionsHistory(span, POINTS, keys);
  const value = history.state === 'known' ? history.value : undefined;
  const own = value?.positions.find(({ key }) => key === position.key);
  const points = useMemo(() => {
    const known = (own?.points ?? []).flatMap(([at, , unrealized]): [number, number][] =>
      unrealized === null ? [] : [[at, Number(unrealized)]],
    );
    return withGaps(known, value?.gapMs ?? Infinity);
  }, [own, value?.gapMs]);
  return (
    <Section title="P&L over time" aside={<SpanChoice span={span} onSpan={setSpan} />}>
      <div className="mt-3 h-28">
        {history.state === 'failed' ? (
          <p className="text-sm text-quiet">
            {history.error.message} {history.error.next}
          </p>
        ) : points.length < 2 ? (
          <p className="text-sm text-quiet">
            {history.state === 'loading' ? 'Asking what was remembered…' : firstPoints(value?.stepMs ?? 0)}
          </p>
        ) : (
          <Curve
            points={points}
            currency={position.currency}
            label={`P&L of ${position.symbol ?? 'this position'} over ${spanWords(span)}, now ${position.unrealized ?? 'unknown'} ${position.currency}`}
          />
        )}
      </div>
    </Section>
  );
}

function OrderLine({ order }: { order: Order }) {
  return (
    <li className="flex items-baseline justify-between gap-3 text-sm">
      <span className="min-w-0 truncate">
        <span className="font-medium">{order.side === 'unknown' ? '-' : order.side}</span>{' '}
        <Amount value={order.quantity} /> <span className="text-quiet">{order.type ?? ''}</span>{' '}
        {order.price === null && order.stop !== null ? (
          <Amount value={order.stop} least={2} />
        ) : (
          <Amount value={order.price} least={2} />
        )}
      </span>
      <span className="flex shrink-0 gap-2">
        <span className="text-quiet">
          <PlainText text={order.status} />
        </span>
        <Moment instant={order.filledAt ?? order.placedAt} />
      </span>
    </li>
  );
}

/** Orders that name this position; where a back end names none in its orders, those of the symbol. */
function ordersOf(orders: readonly Order[], position: Position): { rows: readonly Order[]; by: string } {
  const own = orders.filter((order) => order.position !== null && order.position === position.id);
  if (own.length > 0 || orders.some((order) => order.position !== null)) return { rows: own, by: 'Orders' };
  return {
    rows: orders.filter((order) => position.symbol !== null && order.symbol === position.symbol),
    by: `Orders in ${position.symbol ?? 'it'}`,
  };
}

function Orders({ position }: { position: Position }) {
  const reading = useProfile((p) => p.records.orders);
  const known = reading === undefined ? null : shown(reading);
  if (reading === undefined) return null;
  if (known === null)
    return (
      <Section title="Orders">
        <NotKnown reading={reading} />
      </Section>
    );
  const { rows, by } = ordersOf(known.value.rows, position);
  return (
    <Section title={by} aside={<Age at={known.known.receivedAt} />}>
      {rows.length === 0 ? (
        <p className="text-sm text-quiet">None among the {known.value.rows.length} newest.</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {rows.slice(0, 12).map((order) => (
            <OrderLine key={order.key} order={order} />
          ))}
        </ul>
      )}
    </Section>
  );
}

const EARLIER = 5;

function History({ position }: { position: Position }) {
  const closed = useProfile((p) => p.records.closed);
  const trades = (closed === undefined ? [] : (shown(closed)?.value.rows ?? []))
    .filter((trade) => position.symbol !== null && trade.symbol === position.symbol)
    .slice(0, EARLIER);
  return (
    <Section title="History">
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
        <Figure label="Opened">
          <Moment instant={position.openedAt} />
        </Figure>
        <Figure label="Valued">
          <Moment instant={position.updatedAt} />
        </Figure>
        <Figure label="Last moved">
          {position.changedAt === null ? (
            <span className="text-quiet">-</span>
          ) : (
            <Age at={position.changedAt} />
          )}
        </Figure>
        <Figure label="Cycle">{position.cycle === null ? '-' : <PlainText text={position.cycle} />}</Figure>
        <Figure label="Id">{position.id === null ? '-' : <PlainText text={position.id} />}</Figure>
        <Figure label="Status">{position.status.replaceAll('_', ' ')}</Figure>
      </dl>
      {trades.length === 0 ? null : (
        <ul className="flex flex-col gap-1" aria-label="Earlier trades of the symbol">
          {trades.map((trade) => (
            <li key={trade.key} className="flex justify-between gap-3 text-sm">
              <span className="text-quiet">
                <Moment instant={trade.closedAt} /> {trade.reason?.replaceAll('_', ' ') ?? ''}
              </span>
              <ProfitLoss value={trade.realized} currency={trade.currency} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** One position in full beside the table, down to what the back end sent. */
export function PositionDrawer(props: { position: Position; figures: FiguresOf; onClose: () => void }) {
  const { position, figures, onClose } = props;
  return (
    <Drawer
      label={`Position ${position.symbol ?? position.key}`}
      title={
        <>
          {position.symbol === null ? 'No symbol' : <PlainText text={position.symbol} />}{' '}
          <span className="text-base font-normal text-quiet">
            {position.side === 'unknown' ? 'side not reported' : position.side}{' '}
            <Amount value={position.quantity} />
          </span>
        </>
      }
      className="w-85 gap-3"
      takesFocus
      testId="position-drawer"
      onClose={onClose}
    >
      <Ladder position={position} price={figures(position).price?.value ?? null} />
      <Figures position={position} figures={figures} />
      <Chart position={position} />
      <Orders position={position} />
      <History position={position} />
      <Section title="As received" aside={<CopyButton text={() => position.raw} label="Copy" />}>
        <CodeBlock text={indented(position.raw)} />
      </Section>
    </Drawer>
  );
}
