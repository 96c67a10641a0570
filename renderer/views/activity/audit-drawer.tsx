import type { AuditEntry, AuditLine } from '../../../electron/contract/audit.ts';
import { CopyButton, CopyField } from '../../parts/copy.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Fact } from '../../parts/fact-list.tsx';
import { HiddenNote } from '../../parts/hidden-note.tsx';
import { Note } from '../../parts/panel.tsx';
import { CodeBlock, PlainText } from '../../parts/plain-text.tsx';
import { argumentRows } from './argument-rows.ts';

const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const WORDS = [
  ['kind', 'Kind'],
  ['actor', 'Who'],
  ['profile', 'Profile'],
  ['tool', 'Tool'],
  ['decision', 'Decision'],
  ['outcome', 'Outcome'],
  ['detail', 'Detail'],
] as const satisfies readonly (readonly [keyof AuditEntry, string])[];

const HASHES = [
  ['id', 'Joins the entries of one call'],
  ['argsHash', 'Hash of profile, tool and arguments'],
  ['prevFile', 'File before this one'],
  ['prevHead', 'Hash that file ended with'],
  ['prev', 'Hash of the entry before'],
  ['hash', 'Hash of this entry'],
  ['sig', 'Signature'],
  ['kid', 'Key that signed'],
] as const satisfies readonly (readonly [keyof AuditEntry, string])[];

function Facts({ entry, file }: { entry: AuditEntry; file: string }) {
  return (
    <dl className="grid grid-cols-[72px_1fr] gap-x-3 gap-y-1.5">
      <Fact label="Time">
        {local.format(Date.parse(entry.ts))}
        <span className="block text-sm text-quiet">{entry.ts}</span>
      </Fact>
      {WORDS.map(([name, label]) =>
        entry[name] === undefined || entry[name] === '' ? null : (
          <Fact key={name} label={label}>
            <PlainText text={entry[name]} />
          </Fact>
        ),
      )}
      <Fact label="Run">
        {entry.boot} <span className="text-quiet">after {entry.mono} ms</span>
      </Fact>
      <Fact label="File">{file}</Fact>
    </dl>
  );
}

function Arguments({ text }: { text: string }) {
  const rows = argumentRows(text);
  return (
    <section aria-label="Arguments" className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <h3 className="text-sm text-quiet">Arguments</h3>
        <CopyButton text={() => text} label="Copy" />
      </div>
      <HiddenNote text={text} />
      {rows === null ? null : rows.length === 0 ? (
        <p className="text-quiet">None.</p>
      ) : (
        <table className="w-full table-fixed" data-testid="audit-args">
          <tbody>
            {rows.map(({ name, value }) => (
              <tr key={name} className="border-t border-line align-top">
                <th scope="row" className="w-2/5 py-1 pr-3 text-left font-medium break-words">
                  <PlainText text={name} />
                </th>
                <td className="py-1 font-mono text-sm break-words whitespace-pre-wrap">
                  <PlainText text={value} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <CodeBlock text={text} className="max-h-48 font-mono text-sm" />
    </section>
  );
}

function Proof({ entry }: { entry: AuditEntry }) {
  return (
    <section aria-label="Chain" className="flex flex-col gap-2">
      <h3 className="text-sm text-quiet">Chain and signature</h3>
      {entry.sig === undefined || entry.sig === 'none' ? (
        <Note tone="attention" title="This entry is not signed">
          {entry.v === undefined
            ? 'It is of the first format, which had no signatures.'
            : 'The vault could not be opened when it was written.'}
        </Note>
      ) : null}
      {HASHES.map(([name, label]) =>
        entry[name] === undefined ? null : (
          <div key={name} className="flex flex-col gap-0.5 text-sm">
            <span className="text-quiet">{label}</span>
            <CopyField text={entry[name]} label={label} />
          </div>
        ),
      )}
    </section>
  );
}

/** One entry in full beside the list. */
export function AuditDrawer({ line, onClose }: { line: AuditLine; onClose: () => void }) {
  const { entry } = line;
  const title = entry ? `Entry ${entry.seq}` : 'Damaged line';
  return (
    <Drawer
      label={title}
      title={title}
      aside={<CopyButton text={() => line.raw} label="Copy line" />}
      className="w-96 gap-4 max-lg:absolute max-lg:top-9 max-lg:right-0 max-lg:bottom-0 max-lg:z-20 max-lg:shadow-overlay"
      testId="audit-drawer"
      onClose={onClose}
    >
      {entry === null ? (
        <>
          <Note tone="danger" title={line.problem ?? ''}>
            {line.file}, line {line.line + 1}. It stays in the file as it is.
          </Note>
          <CodeBlock text={line.raw} className="font-mono text-sm" />
        </>
      ) : (
        <>
          <Facts entry={entry} file={line.file} />
          {entry.args === undefined ? null : <Arguments text={entry.args} />}
          <Proof entry={entry} />
        </>
      )}
    </Drawer>
  );
}
