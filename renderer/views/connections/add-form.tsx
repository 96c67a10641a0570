import { Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { Environment, PresetName } from '../../../electron/contract/profile.ts';
import { useApp, useCall, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { Choice, Field } from '../../parts/field.tsx';
import { Problem } from '../../parts/panel.tsx';
import { AddProgress } from './add-progress.tsx';
import { LinkCard } from './link-card.tsx';
import type { ImportedHost, LinkForm } from './link-form.ts';
import { emptyLink, secretKindsOf } from './link-form.ts';
import type { FormErrors, ProfileForm } from './profile-form.ts';
import {
  asksMcpUrl,
  asksSecret,
  commandsOf,
  emptyForm,
  formErrors,
  isClean,
  moved,
  nameOf,
  profileOf,
  typedSecrets,
} from './profile-form.ts';
import { useSshHosts } from './ssh-hosts.tsx';

interface PartProps {
  form: ProfileForm;
  errors: FormErrors;
  change: (part: Partial<ProfileForm>) => void;
}

function CommonFields({ form, errors, change }: PartProps) {
  return (
    <div className="grid grid-cols-4 gap-x-4 gap-y-1 max-lg-nav:grid-cols-2">
      <Field
        label="Name"
        placeholder="catalyst"
        value={form.name}
        error={errors.name}
        hint="Short; Claude shows it too."
        onChange={(event) => change({ name: event.target.value })}
      />
      <Choice
        label="Environment"
        value={form.environment}
        onChange={(event) => change({ environment: event.target.value as Environment })}
      >
        <option value="live">LIVE: real money</option>
        <option value="paper">PAPER: paper trading</option>
      </Choice>
      <Choice
        label="What runs there"
        value={form.preset}
        onChange={(event) => change({ preset: event.target.value as PresetName })}
      >
        <option value="catalyst">Catalyst</option>
        <option value="stockspark">StockSpark</option>
        <option value="stockpulse">StockPulse</option>
        <option value="generic">Another MCP server</option>
      </Choice>
      {asksMcpUrl(form) ? (
        <Field
          label="MCP address, as seen from the droplet"
          value={form.mcpUrl}
          error={errors.mcpUrl}
          onChange={(event) => change({ mcpUrl: event.target.value })}
        />
      ) : null}
    </div>
  );
}

/** The links of a form in their order, each to be edited, moved or removed, and another to add. */
export function Links({ form, errors, change, keepSecrets }: PartProps & { keepSecrets?: boolean }) {
  const { links } = form;
  const edit = (id: number, part: Partial<LinkForm>) =>
    change({ links: links.map((link) => (link.id === id ? { ...link, ...part } : link)) });
  const hosts = useSshHosts();
  const take = (id: number, imported: ImportedHost) =>
    change({
      links: links.map((link) => (link.id === id ? { ...link, imported } : link)),
      ...(form.name === '' ? { name: nameOf(imported.alias) } : {}),
    });
  const add = () => {
    const id = Math.max(...links.map((link) => link.id)) + 1;
    change({ links: [...links, emptyLink(links[0]?.kind === 'ssh' ? 'https' : 'ssh', id)] });
  };
  return (
    <>
      <ol className="flex flex-col gap-2" aria-label="Links in order of preference">
        {links.map((link, at) => (
          <LinkCard
            key={link.id}
            form={link}
            errors={errors.links[link.id] ?? {}}
            at={at}
            of={links.length}
            secrets={form.secrets}
            shared={secretKindsOf(link).filter((kind) => asksSecret(form, kind) !== link)}
            keepSecrets={keepSecrets}
            hosts={hosts}
            onImport={(imported) => take(link.id, imported)}
            change={(part) => edit(link.id, part)}
            onSecret={(secret, value) => change({ secrets: { ...form.secrets, [secret]: value } })}
            onMove={(by) => change({ links: moved(links, link.id, by) })}
            onRemove={() => change({ links: links.filter((one) => one !== link) })}
          />
        ))}
      </ol>
      <div className="flex items-center gap-3">
        <Button small icon={<Plus size={13} />} onClick={add}>
          Add another link as fallback
        </Button>
        <span className="text-sm text-quiet">
          The first that works is used; the app returns to a better one by itself.
        </span>
      </div>
    </>
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
