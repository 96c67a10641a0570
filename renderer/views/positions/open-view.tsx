import { Download } from 'lucide-react';
import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { PnlModel, Position, PositionsModel, Reading } from '../../../electron/contract/models.ts';
import type { PositionSums } from '../../../electron/contract/position-figures.ts';
import { positionSums } from '../../../electron/contract/position-figures.ts';
import { useProfileName } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import type { DataFoot } from '../../parts/data-table.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { FilterInput } from '../../parts/field.tsx';
import { signOf } from '../../parts/decimal.ts';
import { FrozenNote } from '../../parts/guard-notes.tsx';
import { ProfitLoss, Sum } from '../../parts/money.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { NeverReceived, ReadingAge, shown, UnknownNote, useReadingStale } from '../../parts/reading-note.tsx';
import { exportName, saveFile } from '../../parts/save-file.ts';
import { positionColumns } from './columns.tsx';
import { PositionDrawer } from './drawer.tsx';
import { positionsCsv } from './export.ts';
import { createFigures } from './figures.ts';
import { filtered } from './filter.ts';
import { ClosedNote, StaleNote } from './market-note.tsx';
import { Scroller } from './scroller.tsx';
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
  const profile = useProfileName() ?? '';
  const stale = useReadingStale(reading);
  const [text, setText] = useState('');
  const needle = useDeferredValue(text);
  const figures = useMemo(() => createFigures(), []);
  const { book, seeded } = useSeries(reading);
  // oxlint-disable-next-line react/exhaustive-deps -- new columns draw every row again, with what was remembered
  const columns = useMemo(() => positionColumns(figures, book), [figures, book, seeded]);
  const { open, show, close } = useOpenRow();
  const sorted = useRef<readonly Position[]>([]);
  const onRows = useCallback((list: readonly Position[]) => void (sorted.current = list), []);
  const rows = useMemo(() => filtered(model.rows, needle, wordsOf), [model.rows, needle]);
  const all = rows.length === model.rows.length;
  const sums = useMemo(() => positionSums(rows, figures), [rows, figures]);
  const feet = useMemo(() => sums.map((each) => footOf(each, all)), [sums, all]);
  const position = open === null ? undefined : model.rows.find((row) => row.key === open);
  const save = () => {
    const known = shown(reading)?.known;
    if (known === undefined) return;
    saveFile(
      exportName(`positions-${profile}`, 'csv', new Date()),
      'csv',
      positionsCsv(sorted.current, figures, { profile, known }),
    );
  };
  const aside = (
    <>
      <ReadingAge reading={reading} source={position === undefined} />
      <span className="whitespace-nowrap max-lg-nav:hidden">
        {all ? `${rows.length} open` : `${rows.length} of ${model.rows.length}`}
      </span>
      <FilterInput
        label="Filter symbol, side, up, down"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button
        small
        icon={<Download size={13} />}
        disabled={rows.length === 0}
        onClick={save}
        title="The rows below, in their order, as CSV"
      >
        CSV
      </Button>
    </>
  );
  return (
    <>
      <Summary pnl={props.pnl} sums={sums} stale={stale} />
      <div className="flex min-h-0 flex-1 gap-3">
        <Panel title="Open positions" aside={aside} flush className="min-h-0 flex-1">
          {rows.length > 0 ? (
            <Scroller>
              {(scroller) => (
                <DataTable
                  scroller={scroller}
                  columns={columns}
                  rows={rows}
                  start={START}
                  selected={open}
                  stale={stale}
                  testId="position-row"
                  nameOf={nameOf}
                  feet={feet}
                  onOpen={show}
                  onRows={onRows}
                />
              )}
            </Scroller>
          ) : model.rows.length > 0 ? (
            <Empty title="Nothing matches" actions={<Button onClick={() => setText('')}>Show all</Button>} />
          ) : (
            <Empty title="No open positions">The back end answered with an empty list.</Empty>
          )}
        </Panel>
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
