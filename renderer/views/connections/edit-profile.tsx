import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import {
  confirmReasons,
  partsOf,
  profileChanges,
  reconnects,
} from '../../../electron/contract/profile-change.ts';
import type { Profile } from '../../../electron/contract/profile.ts';
import type { ProfileParts } from '../../../electron/contract/profile-parts.ts';
import { useApp, useCall } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Field, INPUT, textOf } from '../../parts/field.tsx';
import { Note, Panel, Problem } from '../../parts/panel.tsx';
import type { EditErrors, EditForm } from './edit-form.ts';
import { Links } from './link-list.tsx';
import { EnvironmentChoice, McpUrlField } from './profile-fields.tsx';
import { editErrors, editFormOf, isEditClean, partsOfForm } from './edit-form.ts';

interface PartProps {
  form: EditForm;
  errors: EditErrors;
  change: (part: Partial<EditForm>) => void;
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">{title}</h3>
      {children}
    </div>
  );
}

function Services({ form, errors, change }: PartProps) {
  const id = useId();
  const { services: error } = errors;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        Services
      </label>
      <textarea
        id={id}
        rows={Math.min(9, Math.max(3, form.services.split('\n').length))}
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-note`}
        className={`${INPUT} h-auto resize-y py-1 font-mono text-sm whitespace-pre`}
        value={form.services}
        onChange={(event) => change({ services: event.target.value })}
      />
      <p
        id={`${id}-note`}
        className={`min-h-4 text-xs ${error === undefined ? 'text-quiet' : 'text-danger'}`}
      >
        {error ?? 'One a line as NAME=URL, as seen from the droplet; probed over the same link. Empty: none.'}
      </p>
    </div>
  );
}

function OnTheDroplet(props: PartProps) {
  const { form, errors, change } = props;
  return (
    <Group title="On the droplet">
      <div className="grid grid-cols-2 gap-x-4 gap-y-2">
        <Services {...props} />
        <div className="grid content-start gap-y-2">
          <McpUrlField value={form.mcpUrl} error={errors.mcpUrl} onChange={(mcpUrl) => change({ mcpUrl })} />
          <Field
            label="Folder of docker-compose"
            {...textOf('dir', props)}
            hint="Logs and restarts of containers run there."
          />
        </div>
      </div>
    </Group>
  );
}

function Rest(props: PartProps & { demo: boolean }) {
  const { form, change, demo } = props;
  return (
    <Group title="Environment and reading">
      <div className="grid grid-cols-4 gap-x-4 gap-y-2">
        <EnvironmentChoice
          demo={demo}
          value={form.environment}
          onChange={(environment) => change({ environment })}
        />
        <Field
          label="Seconds between reads"
          inputMode="decimal"
          {...textOf('readSeconds', props)}
          hint="Of positions and P&L."
        />
        <div className="col-span-2">
          <Field
            label="Planned downtime"
            placeholder="mon-fri 22:00-06:00; sat,sun 00:00-24:00 UTC"
            {...textOf('downtime', props)}
            hint="Days, from-to and a time zone; several with a semicolon. Empty: none."
          />
        </div>
      </div>
    </Group>
  );
}

/** What saving would do, before it is done. */
function Effect({ name, before, after }: { name: string; before: ProfileParts; after: ProfileParts }) {
  const changes = profileChanges(before, after);
  if (changes.length === 0) return <p className="text-quiet">Nothing is changed yet.</p>;
  return (
    <div data-testid="change-effect" className="flex flex-col gap-2 rounded-md bg-sunken px-3 py-2">
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1">
        {changes.map(({ part, was, becomes }) => (
          <div key={part} className="contents">
            <dt className="text-quiet first-letter:uppercase">{part}</dt>
            <dd className="break-words">
              <span className="block text-quiet">was {was}</span>
              <span className="block">{becomes}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-sm text-quiet">
        {reconnects(before, after)
          ? `The link to ${name} is made anew and everything is read again. Tools, limits, secrets and history stay; Claude is not restarted.`
          : 'The link stays as it is.'}
      </p>
    </div>
  );
}

/** The form's state, and sending it. */
function useEditing(profile: Profile, done: () => void) {
  const call = useCall();
  const { ui } = useApp();
  // as it was when the form was opened: a change by somebody else meanwhile is not written over
  const [opened] = useState(profile);
  const [form, setForm] = useState(() => editFormOf(profile));
  const [confirm, setConfirm] = useState('');
  const [problem, setProblem] = useState<ErrorShape | null>(null);
  const [busy, setBusy] = useState(false);
  const errors = editErrors(form);
  const before = partsOf(opened);
  const after = isEditClean(errors) ? partsOfForm(form, opened) : null;
  const reasons = after === null ? [] : confirmReasons(before, after);
  // core knows of reasons that are not in the parts, such as an outcome that is still unknown
  const asks = reasons.length > 0 || problem?.code === 'CONFIRMATION_NEEDED';
  const save = async () => {
    if (after === null) return;
    setBusy(true);
    const { name } = opened;
    const typed = asks ? { confirm } : {};
    const outcome = await call((c) =>
      c.profiles.change({ profile: name, parts: after, expected: before, ...typed }),
    );
    setBusy(false);
    if (!outcome.ok) return setProblem(outcome.error);
    ui.notify('done', reconnects(before, after) ? `${name} is changed; its link is made anew.` : 'Saved.');
    done();
  };
  const change = (part: Partial<EditForm>) => {
    setProblem(null);
    setForm((old) => ({ ...old, ...part }));
  };
  return { form, errors, before, after, reasons, asks, confirm, setConfirm, problem, busy, change, save };
}

/** Changes a profile in place: its links and their order, what is on the droplet, environment and reading. */
export function EditProfile({ profile, done }: { profile: Profile; done: () => void }) {
  const edit = useEditing(profile, done);
  const { form, errors, before, after, reasons, asks, confirm, change } = edit;
  const { name } = profile;
  const changed = after !== null && profileChanges(before, after).length > 0;
  const anew = after !== null && reconnects(before, after);
  const ready = changed && !edit.busy && (!asks || confirm === name);
  return (
    <Panel title={`Change ${name}`}>
      <form
        noValidate
        data-testid="edit-profile"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void edit.save();
        }}
      >
        <Group title="Links, in the order they are tried">
          <Links form={form} errors={errors} change={change} keepSecrets />
        </Group>
        <OnTheDroplet form={form} errors={errors} change={change} />
        <Rest form={form} errors={errors} change={change} demo={before.environment === 'demo'} />
        {after === null ? (
          <p className="text-danger">Something above cannot be used yet; it is marked.</p>
        ) : (
          <Effect name={name} before={before} after={after} />
        )}
        {reasons.length === 0 ? null : (
          <Note tone="attention" title="This needs care" testId="change-care">
            <ul>
              {reasons.map((reason) => (
                <li key={reason}>{`${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`}</li>
              ))}
            </ul>
          </Note>
        )}
        {edit.problem === null ? null : (
          <Problem
            error={edit.problem}
            tone={edit.problem.code === 'CONFIRMATION_NEEDED' ? 'attention' : 'danger'}
          />
        )}
        <div className="flex items-end gap-3">
          {!asks ? null : (
            <div className="w-64">
              <Field
                label={`Type ${name} to confirm`}
                value={confirm}
                onChange={(event) => edit.setConfirm(event.target.value)}
              />
            </div>
          )}
          <span className="flex-1" />
          <div className={`flex gap-2 ${asks ? 'pb-5' : ''}`}>
            <Button onClick={done}>Cancel</Button>
            <Button type="submit" look="primary" disabled={!ready}>
              {anew ? 'Save and reconnect' : 'Save'}
            </Button>
          </div>
        </div>
      </form>
    </Panel>
  );
}
