import { useState } from 'react';
import { useAction, useApp, useMirror, useUi } from '../api/app-context.tsx';
import type { Theme } from '../api/ui-store.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Panel } from '../parts/panel.tsx';
import { Choices } from './settings/choices.tsx';

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'Follow the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

function Look() {
  const { ui } = useApp();
  const theme = useUi((s) => s.theme);
  return (
    <Panel title="Look">
      <Choices label="Theme" value={theme} options={THEMES} onChange={(next) => ui.setTheme(next)} />
    </Panel>
  );
}

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
      <div className="w-72">
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

function About() {
  const info = useMirror((s) => s.app?.app);
  if (info === undefined) return null;
  const rows: readonly (readonly [string, string])[] = [
    ['Version', info.version],
    ['Shown by', info.shell === 'electron' ? 'the desktop app' : 'the dashboard in a browser'],
    ['Everything kept is in', info.home],
    ['Secrets', info.secrets.note],
  ];
  return (
    <Panel title="About">
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-quiet">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** What holds for the whole app. What holds for one profile stands with it, in Connections. */
export function Settings() {
  const kept = useMirror((s) => s.app?.app.stopShortcut ?? null);
  return (
    <div className="flex min-h-full max-w-3xl flex-col gap-3 p-4">
      <Look />
      <Panel title="Emergency stop">
        <StopKeys key={kept} kept={kept} />
      </Panel>
      <About />
    </div>
  );
}
