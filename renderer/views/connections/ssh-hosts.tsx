import { useEffect, useState } from 'react';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import { jumpNames } from '../../../electron/contract/present.ts';
import type { SshLink } from '../../../electron/contract/profile.ts';
import type { Outcome } from '../../api/app-context.tsx';
import { useApp, useCall, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { FactList } from '../../parts/fact-list.tsx';
import { Choice } from '../../parts/field.tsx';
import { setupWords } from './chain-rows.ts';
import type { ImportedHost } from './link-form.ts';

interface SshHost {
  alias: string;
  hostName: string;
  user: string;
  port: number;
}

/** The hosts that ~/.ssh/config names, or why it cannot be read; null while core is asked. */
export type SshHosts = readonly SshHost[] | ErrorShape | null;

/** Asks core once for what can be chosen from. */
export function useSshHosts(): SshHosts {
  const call = useCall();
  const open = useMirror((s) => s.connection === 'open');
  const [read, setRead] = useState<Outcome<SshHost[]> | null>(null);
  useEffect(() => {
    let current = true;
    if (open)
      void call((c) => c.profiles.sshHosts()).then((outcome) => (current ? setRead(outcome) : undefined));
    return () => {
      current = false;
    };
    // `call` is new with every render and reads nothing that changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [open]);
  if (read === null) return null;
  return read.ok ? read.value : read.error;
}

/** Takes a host over from ~/.ssh/config; not there where the file names none. */
export function HostPicker(props: {
  hosts: SshHosts;
  alias: string;
  onImport: (host: ImportedHost) => void;
}) {
  const { hosts, alias, onImport } = props;
  const call = useCall();
  const { ui } = useApp();
  if (hosts === null || (Array.isArray(hosts) && hosts.length === 0)) return null;
  if (!Array.isArray(hosts)) {
    const { message, next } = hosts as ErrorShape;
    return (
      <span className="truncate text-sm text-quiet" title={`${message} ${next}`}>
        ~/.ssh/config cannot be used
      </span>
    );
  }
  const take = async (chosen: string) => {
    const found = await call((c) => c.profiles.resolveSsh({ alias: chosen }));
    if (found.ok) onImport({ alias: chosen, ...found.value });
    else ui.notify('problem', found.error.message, found.error.next);
  };
  return (
    <div className="w-52">
      <Choice
        label="Take from ~/.ssh/config"
        hideLabel
        value={alias}
        onChange={(event) => void take(event.target.value)}
      >
        <option value="" disabled>
          From ~/.ssh/config…
        </option>
        {hosts.map((host: SshHost) => (
          <option key={host.alias} value={host.alias}>
            {host.alias}
          </option>
        ))}
      </Choice>
    </div>
  );
}

/** What was understood of the host, one fact a row. */
function facts(link: SshLink): (readonly [string, string])[] {
  const port = link.port === 22 ? '' : `:${link.port}`;
  const seconds = link.keepaliveSeconds;
  return [
    ['Droplet', `${link.user}@${link.host}${port}`],
    ...(link.jump.length === 0 ? [] : [['Jump hosts', jumpNames(link).join(', then ')] as const]),
    ['Signs in with', setupWords(link).join(', then ')],
    ...(link.hostKeyAlias === undefined ? [] : [['Host key of', link.hostKeyAlias] as const]),
    ...(link.knownHosts === undefined ? [] : [['Known hosts', link.knownHosts.join(', ')] as const]),
    ...(seconds === undefined ? [] : [['Keepalive', `every ${seconds} s`] as const]),
  ];
}

/** A host that was taken over: what was understood, and what of it was left out. */
export function ImportedFacts({ host, onClear }: { host: ImportedHost; onClear: () => void }) {
  return (
    <div className="col-span-3 flex items-start gap-4 pb-2" data-testid="imported-host">
      <div className="min-w-0 flex-1">
        <FactList rows={facts(host.link)} />
        {host.notes.length === 0 ? null : (
          <ul className="pt-2 text-sm text-quiet">
            {host.notes.map(({ file, line, text }) => (
              <li key={`${file}:${line} ${text}`}>
                Not taken over: {text}{' '}
                {file === '' ? '' : <code className="text-xs">{`${file}:${line}`}</code>}
              </li>
            ))}
          </ul>
        )}
      </div>
      <Button small onClick={onClear}>
        Type it instead
      </Button>
    </div>
  );
}
