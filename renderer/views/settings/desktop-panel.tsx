import { useState } from 'react';
import { useAction, useMirror } from '../../api/app-context.tsx';
import { useChangePreferences, usePreferences } from '../../api/preferences.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel } from '../../parts/panel.tsx';
import { SwitchRow } from './switch-row.tsx';

function StopKeys({ kept }: { kept: string | null }) {
  const act = useAction();
  const [keys, setKeys] = useState(kept ?? '');
  const set = (next: string | null) =>
    void act(
      (c) => c.app.stopShortcut({ keys: next }),
      next === null ? 'No keys stop trading from other programs now.' : `${next} stops new trades.`,
    );
  return (
    <form
      className="flex items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        set(keys.trim() === '' ? null : keys.trim());
      }}
    >
      <div className="w-80">
        <Field
          label="Keys that stop new trades from any program"
          placeholder="Control+Alt+Shift+S"
          hint="Registered by the desktop app; empty for none."
          value={keys}
          onChange={(event) => setKeys(event.target.value)}
        />
      </div>
      <Button type="submit" className="mt-5" disabled={keys.trim() === (kept ?? '')}>
        Set
      </Button>
      {kept === null ? null : (
        <Button look="ghost" className="mt-5" onClick={() => set(null)}>
          Remove
        </Button>
      )}
    </form>
  );
}

/** What the app does beside its window. */
export function DesktopPanel() {
  const kept = useMirror((s) => s.app?.app.stopShortcut ?? null);
  const electron = useMirror((s) => s.app?.app.shell === 'electron');
  const { startAtLogin, logLevel } = usePreferences();
  const change = useChangePreferences();
  return (
    <Panel title="App">
      <div className="flex flex-col gap-2">
        {electron ? (
          <SwitchRow
            label="Start at login"
            note="The app starts with your session, in the tray, without its window."
            checked={startAtLogin}
            onChange={(next) => void change({ startAtLogin: next })}
          />
        ) : null}
        <SwitchRow
          label="Detailed app log"
          note="Writes more into logs/app.log, for finding a fault. Secrets stay masked."
          checked={logLevel === 'debug'}
          onChange={(next) => void change({ logLevel: next ? 'debug' : 'info' })}
        />
        <div className="mt-2 border-t border-line pt-3">
          <StopKeys key={kept} kept={kept} />
        </div>
      </div>
    </Panel>
  );
}
