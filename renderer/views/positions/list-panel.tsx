import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { Reading } from '../../../electron/contract/models.ts';
import { useProfileName } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import type { DataColumn, DataFoot, TableRow } from '../../parts/data-table.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { FilterInput } from '../../parts/field.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { ReadingAge, shown, useReadingStale } from '../../parts/reading-note.tsx';
import { exportName, saveFile } from '../../parts/save-file.ts';
import type { ExportContext } from './export.ts';
import { filtered } from './filter.ts';
import { Scroller } from './scroller.tsx';

export interface Filter<T> {
  text: string;
  setText: (text: string) => void;
  /** Those that match. */
  rows: readonly T[];
  total: number;
}

/** Rows by words that a user types; `wordsOf` must stay the same function. */
export function useFilter<T>(all: readonly T[], wordsOf: (row: T) => string): Filter<T> {
  const [text, setText] = useState('');
  const needle = useDeferredValue(text);
  const rows = useMemo(() => filtered(all, needle, wordsOf), [all, needle, wordsOf]);
  return { text, setText, rows, total: all.length };
}

/** What is said of a table, and how it is filtered and exported. */
export interface ListTexts {
  title: string;
  /** What the filter looks at. */
  filter: string;
  /** Where the back end answered with an empty list. */
  none: string;
  /** Begins the name of an exported file. */
  file: string;
}

/** A long table of a reading: its age, a filter, sums below and an export of what is shown, in its order. */
export function ListPanel<T extends TableRow>(props: {
  texts: ListTexts;
  reading: Reading<unknown>;
  filter: Filter<T>;
  columns: readonly DataColumn<T>[];
  start: { id: string; desc: boolean };
  feet: readonly DataFoot[];
  testId: string;
  nameOf: (row: T) => string;
  csv: (rows: readonly T[], context: ExportContext) => string[];
  /** How many of how many, in words. */
  count: ReactNode;
  /** Whether there is room to say where the reading is from. */
  source: boolean;
  selected?: string | null;
  onOpen?: (key: string) => void;
}) {
  const { texts, reading, filter, count, source, csv, selected = null, onOpen, ...table } = props;
  const { rows, total, text, setText } = filter;
  const profile = useProfileName() ?? '';
  const stale = useReadingStale(reading);
  const sorted = useRef<readonly T[]>([]);
  const onRows = useCallback((list: readonly T[]) => void (sorted.current = list), []);
  const save = () => {
    const known = shown(reading)?.known;
    if (known === undefined) return;
    const name = exportName(`${texts.file}-${profile}`, 'csv', new Date());
    saveFile(name, 'csv', csv(sorted.current, { profile, known }));
  };
  const aside = (
    <>
      <ReadingAge reading={reading} source={source} />
      {count}
      <FilterInput label={texts.filter} value={text} onChange={(event) => setText(event.target.value)} />
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
    <Panel title={texts.title} aside={aside} flush className="min-h-0 flex-1">
      {rows.length > 0 ? (
        <Scroller>
          {(scroller) => (
            <DataTable
              scroller={scroller}
              rows={rows}
              selected={selected}
              stale={stale}
              onRows={onRows}
              {...(onOpen && { onOpen })}
              {...table}
            />
          )}
        </Scroller>
      ) : total > 0 ? (
        <Empty title="Nothing matches" actions={<Button onClick={() => setText('')}>Show all</Button>} />
      ) : reading.state === 'known' ? (
        <Empty title={texts.none}>The back end answered with an empty list.</Empty>
      ) : (
        // an empty list of before is no word about now
        <Empty title={`${texts.title} are not known now`}>There were none when they were last read.</Empty>
      )}
    </Panel>
  );
}
