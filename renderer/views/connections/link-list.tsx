import { Plus } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { LinkCard } from './link-card.tsx';
import type { ImportedHost, LinkForm } from './link-form.ts';
import { emptyLink, secretKindsOf } from './link-form.ts';
import type { FormErrors, ProfileForm } from './profile-form.ts';
import { asksSecret, moved, nameOf } from './profile-form.ts';
import { useSshHosts } from './ssh-hosts.tsx';

export interface LinksProps {
  form: ProfileForm;
  errors: FormErrors;
  change: (part: Partial<ProfileForm>) => void;
  /** Secrets are not asked for: those that are stored stay. */
  keepSecrets?: boolean;
}

/** The links of a form in their order, each to be edited, moved or removed, and another to add. */
export function Links({ form, errors, change, keepSecrets }: LinksProps) {
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
