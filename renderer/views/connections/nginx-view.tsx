import { useState } from 'react';
import type { NginxKit } from '../../../electron/contract/droplet.ts';
import type { Outcome } from '../../api/app-context.tsx';
import { useCall } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyButton, CopyField } from '../../parts/copy.tsx';
import { Field } from '../../parts/field.tsx';
import { Note, Problem } from '../../parts/panel.tsx';

function Kit({ kit }: { kit: NginxKit }) {
  return (
    <div className="flex flex-col gap-2" data-testid="nginx-kit">
      {kit.notes.map((note) => (
        <Note key={note} tone="attention" title={note} />
      ))}
      <ol className="flex flex-col gap-2">
        {kit.steps.map(({ title, command }, at) => (
          <li key={title} className="flex flex-col gap-1">
            <span className="flex min-h-6 items-center justify-between gap-3">
              <span>
                {at + 1}. {title}
              </span>
              {title.includes(kit.file) ? <CopyButton text={() => kit.config} label="Copy the file" /> : null}
            </span>
            <CopyField text={command} label={`command ${at + 1}`} />
          </li>
        ))}
      </ol>
      <details>
        <summary className="text-sm text-quiet">The file, whole</summary>
        <pre
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
          tabIndex={0}
          aria-label="nginx configuration"
          className="mt-2 max-h-80 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 text-xs"
        >
          {kit.config}
        </pre>
      </details>
    </div>
  );
}

/** The web server for a droplet: its file and the commands beside it, for a domain. */
export function NginxView({ profile, domain }: { profile: string; domain: string }) {
  const call = useCall();
  const [text, setText] = useState(domain);
  const [read, setRead] = useState<Outcome<NginxKit> | null>(null);
  const show = async () => setRead(await call((c) => c.droplet.nginx({ profile, domain: text.trim() })));
  return (
    <div className="flex flex-col gap-2">
      <form
        className="grid grid-cols-[minmax(0,320px)_max-content] items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void show();
        }}
      >
        <Field
          label="Domain of the droplet"
          placeholder="trading.example.com"
          value={text}
          onChange={(event) => setText(event.target.value)}
          hint="Its name leads to the droplet; a certificate is made for it."
        />
        <Button type="submit" className="mt-5" disabled={text.trim() === ''}>
          Write the nginx file
        </Button>
      </form>
      {read === null ? null : read.ok ? <Kit kit={read.value} /> : <Problem error={read.error} />}
    </div>
  );
}
