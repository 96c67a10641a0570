import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { PositionsModel, Reading } from '../../electron/contract/models.ts';
import { useProfile } from '../api/app-context.tsx';
import { Button } from '../parts/button.tsx';
import { FilterInput } from '../parts/field.tsx';
import { FrozenNote } from '../parts/guard-notes.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import { ReadingAge, shown, UnknownNote, useReadingStale } from '../parts/reading-note.tsx';
import { NoProfile } from './no-profile.tsx';
import { TotalsLine } from './overview/positions-panel.tsx';
import { PositionDrawer } from './positions/drawer.tsx';
import { filtered } from './positions/filter.ts';
import { PositionsTable } from './positions/table.tsx';

function Content(props: { reading: Reading<PositionsModel>; model: PositionsModel; stale: boolean }) {
  const { reading, model, stale } = props;
  const [text, setText] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const opener = useRef<Element | null>(null);
  // State, not a ref: the table measures it in an effect that runs before a parent's ref is set.
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const needle = useDeferredValue(text);
  const rows = useMemo(() => filtered(model.rows, needle), [model.rows, needle]);
  const position = open === null ? undefined : model.rows.find((row) => row.key === open);
  const show = useCallback((key: string) => {
    opener.current = document.activeElement;
    setOpen(key);
  }, []);
  const close = () => {
    setOpen(null);
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  const aside = (
    <>
      {position === undefined ? <ReadingAge reading={reading} source /> : <ReadingAge reading={reading} />}
      <span className="whitespace-nowrap">
        {rows.length === model.rows.length ? `${rows.length} open` : `${rows.length} of ${model.rows.length}`}
      </span>
      <FilterInput
        label="Filter symbol, side, status"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </>
  );
  return (
    <div className="flex min-h-0 flex-1 gap-3">
      <Panel title="Open positions" aside={aside} flush className="min-h-0 flex-1">
        <div ref={setScroller} className="h-full overflow-auto">
          {rows.length > 0 ? (
            <div className={position === undefined ? 'min-w-195' : 'min-w-110'}>
              <PositionsTable scroller={scroller} rows={rows} selected={open} stale={stale} onOpen={show} />
            </div>
          ) : model.rows.length > 0 ? (
            <Empty title="Nothing matches" actions={<Button onClick={() => setText('')}>Show all</Button>} />
          ) : (
            <Empty title="No open positions">The back end answered with an empty list.</Empty>
          )}
        </div>
      </Panel>
      {position === undefined ? null : (
        <PositionDrawer key={position.key} position={position} onClose={close} />
      )}
    </div>
  );
}

function Totals({ model, stale }: { model: PositionsModel; stale: boolean }) {
  return (
    <div className={`flex flex-wrap gap-x-8 gap-y-1 ${stale ? 'stale' : ''}`}>
      {model.totals.map((totals) => (
        <TotalsLine key={totals.currency} totals={totals} />
      ))}
    </div>
  );
}

/** What is held, what it makes or loses, and how old that knowledge is. */
export function Positions() {
  const reading = useProfile((p) => p.trading.positions);
  if (reading === undefined) return <NoProfile />;
  return <Page reading={reading} />;
}

function Page({ reading }: { reading: Reading<PositionsModel> }) {
  const stale = useReadingStale(reading);
  const model = shown(reading)?.value;
  return (
    <div className="flex h-full flex-col gap-3 p-4">
      <UnknownNote reading={reading} what="Positions are" />
      <FrozenNote />
      {model === undefined ? (
        <Panel title="Open positions" className="flex-1">
          <Empty title="Nothing known">
            This is not the same as no positions: none of the sources has answered.
          </Empty>
        </Panel>
      ) : (
        <>
          <Totals model={model} stale={stale} />
          <Content reading={reading} model={model} stale={stale} />
        </>
      )}
    </div>
  );
}
