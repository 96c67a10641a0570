import { Download } from 'lucide-react';
import { useState } from 'react';
import type { DoctorRun } from '../../../electron/contract/doctor.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Overlay } from '../../parts/overlay.tsx';
import { exportName, saveFile } from '../../parts/save-file.ts';

/** The report as it would be handed on, to be read before it is copied. */
export function ReportView({ run, onClose }: { run: DoctorRun; onClose: () => void }) {
  const [masked, setMasked] = useState(false);
  const text = masked ? run.report.masked : run.report.plain;
  return (
    <Overlay
      open
      onClose={onClose}
      title="Report to hand on"
      width="max-w-3xl"
      contained
      testId="doctor-report"
    >
      <div className="flex min-h-0 flex-col gap-3 px-5 pt-1 pb-4">
        <p className="text-quiet">
          This is all that is copied. Secrets, your home folder and user names are masked.
        </p>
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-(--accent-fill)"
            checked={masked}
            onChange={(event) => setMasked(event.target.checked)}
          />
          Mask hosts, addresses and fingerprints too
        </label>
        <pre
          tabIndex={0}
          aria-label="Report"
          data-testid="doctor-report-text"
          className="min-h-0 flex-1 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 break-words whitespace-pre-wrap"
        >
          {text}
        </pre>
        <div className="flex items-center justify-end gap-2">
          <Button
            small
            icon={<Download size={13} />}
            onClick={() => saveFile(exportName('doctor', 'txt', new Date(run.at)), 'txt', [text])}
          >
            Save
          </Button>
          <CopyButton text={() => text} label="Copy report" />
          <Button small onClick={onClose}>
            Close
          </Button>
        </div>
      </div>
    </Overlay>
  );
}
