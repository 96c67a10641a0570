import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import { useApp, useCall, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { Problem } from '../../parts/panel.tsx';
import { AddProgress } from './add-progress.tsx';
import type { LinkForm } from './link-form.ts';
import type { LinksProps } from './link-list.tsx';
import { Links } from './link-list.tsx';
import { EnvironmentChoice, McpUrlField, NameField, PresetChoice } from './profile-fields.tsx';
import type { FormErrors, ProfileForm } from './profile-form.ts';
import {
  asksMcpUrl,
  commandsOf,
  emptyForm,
  formErrors,
  isClean,
  profileOf,
  typedSecrets,
} from './profile-form.ts';

function CommonFields({ form, errors, change }: LinksProps) {
  return (
    <div className="grid grid-cols-4 gap-x-4 gap-y-3 max-lg-nav:grid-cols-2">
      <NameField
        placeholder="catalyst"
        value={form.name}
        error={errors.name}
        onChange={(name) => change({ name })}
      />
      <EnvironmentChoice value={form.environment} onChange={(environment) => change({ environment })} />
      <PresetChoice value={form.preset} onChange={(preset) => change({ preset })} />
      {asksMcpUrl(form) ? (
        <McpUrlField value={form.mcpUrl} error={errors.mcpUrl} onChange={(mcpUrl) => change({ mcpUrl })} />
      ) : null}
    </div>
  );
}

const NONE: readonly string[] = [];
const CLEAN: FormErrors = { links: {} };

/** What the form holds, and sending it: the profile, its secrets, then connecting. */
function useAdding(kind: LinkForm['kind']) {
  const call = useCall();
  const { ui } = useApp();
  const taken = useMirror((s) => s.app?.order ?? NONE);
  const [form, setForm] = useState(() => emptyForm(kind));
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<ErrorShape | null>(null);
  const [added, setAdded] = useState<string | null>(null);
  useEffect(() => {
    ui.store.setState({ adding: added });
    return () => ui.store.setState({ adding: null });
  }, [ui, added]);
  const change = (part: Partial<ProfileForm>) => setForm((old) => ({ ...old, ...part }));
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (!isClean(formErrors(form, taken))) {
      const { currentTarget } = event;
      requestAnimationFrame(() => currentTarget.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
      return;
    }
    const made = await call(async (client) => {
      // Before the call: what it changes may arrive before its answer.
      ui.store.setState({ adding: form.name });
      const profile = await client.profiles.add(profileOf(form));
      setAdded(profile.name);
      for (const secret of typedSecrets(form))
        await client.profiles.setSecret({ profile: profile.name, ...secret });
      change({ secrets: {} });
      return client.links.connect({ profile: profile.name, waitMs: 0 });
    });
    setProblem(made.ok ? null : made.error);
    if (!made.ok && added === null) ui.store.setState({ adding: null });
  };
  const errors = tried && added === null ? formErrors(form, taken) : CLEAN;
  return { form, errors, problem, added, change, submit };
}

/** Adds a profile with its chain of links, keeps its secrets, connects, and shows every step; the commands for the same below. */
export function AddForm({ kind }: { kind: LinkForm['kind'] }) {
  const { form, errors, problem, added, change, submit } = useAdding(kind);
  const first = form.links[0]?.kind ?? kind;
  return (
    <form
      onSubmit={(event) => void submit(event)}
      noValidate
      className="flex flex-col gap-3"
      data-testid={`add-${kind}`}
    >
      <fieldset disabled={added !== null} className="flex min-w-0 flex-col gap-3">
        <CommonFields form={form} errors={errors} change={change} />
        <Links form={form} errors={errors} change={change} />
      </fieldset>
      {problem === null ? null : <Problem error={problem} />}
      {added === null ? (
        <div>
          <Button type="submit" look="primary">
            Add and connect
          </Button>
        </div>
      ) : (
        <AddProgress name={added} kind={first} />
      )}
      <details className="text-sm text-quiet">
        <summary>The same from the command line</summary>
        <div className="pt-2">
          <CopyField text={commandsOf(form)} label="commands" />
        </div>
      </details>
    </form>
  );
}
