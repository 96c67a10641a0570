import { useState } from 'react';
import { useApp } from '../../api/app-context.tsx';
import type { LogView } from '../../api/log-buffer.ts';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/field.tsx';
import { Overlay } from '../../parts/overlay.tsx';
import { exportName, saveFile } from '../../parts/save-file.ts';
import { useWritten } from '../../parts/written.ts';
import { fileOf } from './line-text.ts';

/** Asks which lines and how they are written, then hands them to the browser as a file. */
export function LogExport({ view, open, onClose }: { view: LogView; open: boolean; onClose: () => void }) {
  const { ui } = useApp();
  const written = useWritten();
  const counted = (count: number): string => `${written.count(count)} ${count === 1 ? 'line' : 'lines'}`;
  const [what, setWhat] = useState<'shown' | 'all'>('shown');
  const [format, setFormat] = useState<'txt' | 'jsonl'>('txt');
  const lines = what === 'shown' ? view.shown : view.lines;
  const save = () => {
    const name = exportName('logs', format, new Date());
    saveFile(name, format, fileOf(lines, format));
    ui.notify('done', `Exported ${counted(lines.length)} as ${name}`);
    onClose();
  };
  return (
    <Overlay open={open} onClose={onClose} title="Export lines" width="max-w-sm" testId="log-export-dialog">
      <div className="flex flex-col gap-3 px-5 pt-3 pb-5">
        <Choice label="Lines" value={what} onChange={(event) => setWhat(event.target.value as typeof what)}>
          <option value="shown">What is shown: {counted(view.shown.length)}</option>
          <option value="all">Everything kept: {counted(view.lines.length)}</option>
        </Choice>
        <Choice
          label="Format"
          value={format}
          onChange={(event) => setFormat(event.target.value as typeof format)}
        >
          <option value="txt">Text, as it can be pasted</option>
          <option value="jsonl">JSON, a line each (jsonl)</option>
        </Choice>
        <p className="text-sm text-quiet">
          Secrets known to the app are masked in it, as they are on screen.
        </p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={lines.length === 0} onClick={save} data-testid="log-export-save">
            Export {counted(lines.length)}
          </Button>
        </div>
      </div>
    </Overlay>
  );
}
