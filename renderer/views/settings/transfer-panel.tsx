import { Download, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { ImportPlan } from '../../../electron/contract/transfer.ts';
import { useApp, useCall } from '../../api/app-context.tsx';
import { useAsked } from '../../api/asked.ts';
import { Button } from '../../parts/button.tsx';
import { Overlay } from '../../parts/overlay.tsx';
import { Panel, Problem } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { exportName, saveFile } from '../../parts/save-file.ts';
import { SwitchRow } from './switch-row.tsx';

interface Chosen {
  text: string;
  plan: ImportPlan;
}

function SettingChanges({ changes }: { changes: ImportPlan['settings'] }) {
  return (
    <ul className="max-h-40 overflow-y-auto rounded-md border border-line bg-sunken px-3 py-1 text-sm">
      {changes.map(({ name, from, to }) => (
        <li key={name} className="py-0.5 break-words">
          <code>{name}</code>{' '}
          <span className="text-quiet">
            <PlainText text={from} /> becomes
          </span>{' '}
          <PlainText text={to} />
        </li>
      ))}
    </ul>
  );
}

/** The file holds nothing that is not here already. */
function NothingNew({ plan, onEnd }: { plan: ImportPlan; onEnd: () => void }) {
  const names = plan.profiles.map(({ name }) => name).join(', ');
  return (
    <div className="flex flex-col gap-4 px-5 pt-3 pb-4">
      <p>
        There is nothing to import: its settings are those of here
        {names === ''
          ? ', and it has no profiles.'
          : `, and profiles of these names are here already: ${names}.`}
      </p>
      <div className="flex justify-end">
        <Button onClick={onEnd}>Close</Button>
      </div>
    </div>
  );
}

function Preview({ chosen, onEnd }: { chosen: Chosen; onEnd: () => void }) {
  const call = useCall();
  const { ui } = useApp();
  const { plan, text } = chosen;
  const fresh = plan.profiles.filter(({ change }) => change === 'add');
  const kept = plan.profiles.filter(({ change }) => change === 'kept');
  const [names, setNames] = useState<readonly string[]>(fresh.map(({ name }) => name));
  const [settings, setSettings] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const run = async () => {
    const outcome = await call((c) =>
      c.settings.importFile({ text, token: plan.token, profiles: [...names], settings }),
    );
    if (!outcome.ok) return setError(outcome.error);
    const { added } = outcome.value;
    ui.notify(
      'done',
      `Imported ${added.length} ${added.length === 1 ? 'profile' : 'profiles'}${settings ? ' and the settings' : ''}.`,
    );
    onEnd();
  };
  if (fresh.length === 0 && plan.settings.length === 0) return <NothingNew plan={plan} onEnd={onEnd} />;
  return (
    <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 pt-3 pb-5">
      {fresh.map(({ name, text: what }) => (
        <SwitchRow
          key={name}
          label={name}
          note={`Added, ${what}`}
          checked={names.includes(name)}
          onChange={(on) => setNames(on ? [...names, name] : names.filter((one) => one !== name))}
        />
      ))}
      {kept.length === 0 ? null : (
        <p className="text-quiet">
          Here already, and left as {kept.length === 1 ? 'it is' : 'they are'}:{' '}
          {kept.map(({ name }) => name).join(', ')}.
        </p>
      )}
      {plan.profiles.length === 0 ? <p className="text-quiet">The file has no profiles.</p> : null}
      {plan.settings.length === 0 ? (
        <p className="text-quiet">The settings in it are those of here.</p>
      ) : (
        <>
          <SwitchRow
            label="Settings"
            note={`${plan.settings.length} would change`}
            checked={settings}
            onChange={setSettings}
          />
          <SettingChanges changes={plan.settings} />
        </>
      )}
      <p className="text-sm text-quiet">
        Profiles come without secrets and without host keys, and are not connected: give the secrets, compare
        the fingerprints, then connect.
      </p>
      {error === null ? null : <Problem error={error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onEnd}>Cancel</Button>
        <Button look="primary" disabled={names.length === 0 && !settings} onClick={() => void run()}>
          Import
        </Button>
      </div>
    </div>
  );
}

/** Settings and profiles to a file and from one. */
export function TransferPanel() {
  const call = useCall();
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  useAsked('settings-import', () => input.current?.click());
  const save = async () => {
    const outcome = await call((c) => c.settings.exportFile());
    if (outcome.ok) saveFile(exportName('settings', 'json', new Date()), 'json', [outcome.value.text]);
    setError(outcome.ok ? null : outcome.error);
  };
  const look = async (file: File | undefined) => {
    if (file === undefined) return;
    const text = await file.text();
    const outcome = await call((c) => c.settings.previewImport({ text }));
    setError(outcome.ok ? null : outcome.error);
    if (outcome.ok) setChosen({ text, plan: outcome.value });
  };
  return (
    <Panel title="Export and import">
      <div className="flex flex-col gap-3">
        <p className="text-quiet">
          Settings and profiles as one JSON file, without secrets and host keys. An import is shown before
          anything changes, and overwrites no profile.
        </p>
        <div className="flex gap-2">
          <Button icon={<Download size={13} />} onClick={() => void save()}>
            Export
          </Button>
          <Button icon={<Upload size={13} />} onClick={() => input.current?.click()}>
            Import…
          </Button>
          <input
            ref={input}
            type="file"
            accept=".json,application/json"
            aria-label="File to import"
            tabIndex={-1}
            className="sr-only"
            onChange={(event) => {
              void look(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
        </div>
        {error === null ? null : <Problem error={error} />}
      </div>
      <Overlay
        open={chosen !== null}
        onClose={() => setChosen(null)}
        title="Import"
        width="max-w-2xl"
        contained
        testId="import"
      >
        {chosen === null ? null : (
          <Preview key={chosen.plan.token} chosen={chosen} onEnd={() => setChosen(null)} />
        )}
      </Overlay>
    </Panel>
  );
}
