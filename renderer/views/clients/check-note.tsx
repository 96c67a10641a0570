import { useState } from 'react';
import type { ClientCheck } from '../../../electron/contract/clients.ts';
import { canRepair, presentCheck } from '../../../electron/contract/present-clients.ts';
import { useAction, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/panel.tsx';

/** What became of an entry after it was written, where a person can or must do something; nothing while all is well. */
export function CheckNote({ check, onLook }: { check: ClientCheck; onLook: () => void }) {
  const act = useAction();
  const platform = useMirror((s) => s.app?.app.platform ?? '');
  const [busy, setBusy] = useState(false);
  const { tone, detail } = presentCheck(check, platform);
  if (detail === '') return null;
  const repair = async () => {
    setBusy(true);
    await act((c) => c.clients.repair({ id: check.id }));
    setBusy(false);
  };
  const gone = canRepair(check) || check.state === 'armed';
  return (
    <Note
      tone={tone}
      testId={`check-${check.state}`}
      title={detail}
      actions={
        <>
          {gone ? (
            <Button
              small
              look="ghost"
              onClick={() =>
                void act((c) => c.clients.dismiss({ id: check.id }), `${check.key} is not missed any more.`)
              }
            >
              Leave it out
            </Button>
          ) : null}
          {canRepair(check) ? (
            <Button
              small
              look="primary"
              data-testid="check-repair"
              disabled={busy}
              onClick={() => void repair()}
            >
              Repair
            </Button>
          ) : null}
          {check.state === 'changed' ? (
            <Button small look="primary" onClick={onLook}>
              Look and repair…
            </Button>
          ) : null}
        </>
      }
    />
  );
}
