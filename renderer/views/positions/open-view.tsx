import { useCallback, useMemo, useRef, useState } from 'react';
import type { PnlModel, Position, PositionsModel, Reading } from '../../../electron/contract/models.ts';
import type { PositionSums } from '../../../electron/contract/position-figures.ts';
import { positionSums } from '../../../electron/contract/position-figures.ts';
import type { DataFoot } from '../../parts/data-table.tsx';
import { signOf } from '../../parts/decimal.ts';
import { FrozenNote } from '../../parts/guard-notes.tsx';
import { ProfitLoss, Sum } from '../../parts/money.tsx';
import { Panel } from '../../parts/panel.tsx';
import { NeverReceived, shown, UnknownNote, useReadingStale } from '../../parts/reading-note.tsx';
import { positionColumns } from './columns.tsx';
import { PositionDrawer } from './drawer.tsx';
import type { ExportContext } from './export.ts';
import { positionsCsv } from './export.ts';
import { createFigures } from './figures.ts';
import type { ListTexts } from './list-panel.tsx';
import { ListPanel, useFilter } from './list-panel.tsx';
import { ClosedNote, StaleNote } from './market-note.tsx';
import { Summary } from './summary.tsx';
import { useSeries } from './use-series.ts';

const START = { id: 'unrealized', desc: true };

const WORDS = ['down', 'flat', 'up'] as const;

function wordsOf(row: Position): string {
  const result = row.unrealized === null ? '' : WORDS[signOf(row.unrealized) + 1];
  return `${row.symbol ?? ''} ${row.side} ${row.status} ${row.currency} ${row.cycle ?? ''} ${result}`;
}

function nameOf(row: Position): string {
  return row.symbol ?? '';
}

const TEXTS: ListTexts = {
  title: 'Open positions',
  filter: 'Filter symbol, side, up, down',
  none: 'No open positions',
  file: 'positions',
};

function footOf(sums: PositionSums, all: boolean): DataFoot {
  const { currency } = sums;
  const of = all ? '' : ' shown';
  return {
    key: currency,
    cells: {
      symbol: (
        <span className="whitespace-nowrap">
          {sums.count} {currency}
          {of}
        </span>
      ),
      unrealized: <ProfitLoss value={sums.unrealized} currency={currency} />,
      risk: <Sum value={sums.risk} currency={currency} />,
      toStop: <Sum value={sums.toStop} currency={currency} />,
      realized: <ProfitLoss value={sums.realized} currency={currency} />,
    },
    sums: { unrealized: sums.unrealized, risk: sums.risk, toStop: sums.toStop, realized: sums.realized },
  };
}

/** The row that is open, and giving the cursor back to what opened it. */
function useOpenRow() {
  const [open, setOpen] = useState<string | null>(null);
  const opener = useRef<Element | null>(null);
  const show = useCallback((key: string) => {
    opener.current = document.activeElement;
    setOpen(key);
  }, []);
  const close = () => {
    setOpen(null);
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  return { open, show, close };
}

function Content(props: { reading: Reading<PositionsModel>; pnl: Reading<PnlModel>; model: PositionsModel }) {
  const { reading, model } = props;
  const stale = useReadingStale(reading);
  const figures = useMemo(() => createFigures(), []);
  const { book, seeded } = useSeries(reading);
  // oxlint-disable-next-line react/exhaustive-deps -- new columns draw every row again, with what was remembered
  const columns = useMemo(() => positionColumns(figures, book), [figures, book, seeded]);
  const csv = useCallback(
    (list: readonly Position[], context: ExportContext) => positionsCsv(list, figures, context),
    [figures],
  );
  const { open, show, close } = useOpenRow();
  const filter = useFilter(model.rows, wordsOf);
  const { rows, total } = filter;
  const all = rows.length === total;
  const sums = useMemo(() => positionSums(rows, figures), [rows, figures]);
  const feet = useMemo(() => sums.map((each) => footOf(each, all)), [sums, all]);
  const position = open === null ? undefined : model.rows.find((row) => row.key === open);
  return (
    <>
      <Summary pnl={props.pnl} sums={sums} stale={stale} />
      <div className="flex min-h-0 flex-1 gap-3">
        <ListPanel
          texts={TEXTS}
          reading={reading}
          filter={filter}
          columns={columns}
          start={START}
          feet={feet}
          testId="position-row"
          nameOf={nameOf}
          csv={csv}
          count={
            <span className="whitespace-nowrap max-lg-nav:hidden">
              {all ? `${total} open` : `${rows.length} of ${total}`}
            </span>
          }
          source={position === undefined}
          selected={open}
          onOpen={show}
        />
        {position === undefined ? null : (
          <PositionDrawer key={position.key} position={position} figures={figures} onClose={close} />
        )}
      </div>
    </>
  );
}

/** What is held, what it makes or loses, and how old that knowledge is. */
export function OpenView({ reading, pnl }: { reading: Reading<PositionsModel>; pnl: Reading<PnlModel> }) {
  const model = shown(reading)?.value;
  return (
    <>
      <UnknownNote reading={reading} what="Positions are" />
      <StaleNote reading={reading} />
      <FrozenNote />
      <ClosedNote />
      {model === undefined ? (
        <Panel title="Open positions" className="flex-1" flush>
          <NeverReceived reading={reading} what="Positions are" lines={8} flush>
            That is not the same as no positions.
          </NeverReceived>
        </Panel>
      ) : (
        <Content reading={reading} pnl={pnl} model={model} />
      )}
    </>
  );
}
