import type { BridgeClient } from '../../../electron/contract/bridge.ts';
import { useMirror } from '../../api/app-context.tsx';
import { Age } from '../../parts/age.tsx';
import { Panel } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { StateMark } from '../../parts/state-mark.tsx';

const NO_CLIENTS: Record<string, BridgeClient> = {};

/** The programs that use the bridge now. */
export function Connected({ profile }: { profile: string }) {
  const all = useMirror((s) => s.app?.clients ?? NO_CLIENTS);
  const clients = Object.values(all).filter((client) => client.profile === profile);
  return (
    <Panel title="Connected now" aside={clients.length === 0 ? undefined : `${clients.length}`}>
      {clients.length === 0 ? (
        <p className="py-1 text-quiet">
          No client is connected. Claude Desktop connects when it starts, once it is set up.
        </p>
      ) : (
        <ul>
          {clients.map((client) => (
            <li
              key={client.id}
              data-testid="client-row"
              className="flex h-8 items-center gap-3 border-line not-first:border-t"
            >
              <StateMark tone="live" />
              <span className="font-medium">
                <PlainText text={client.name} />
              </span>
              <span className="min-w-0 flex-1 truncate text-quiet">
                <PlainText text={client.version} /> over {client.transport}
                {client.pid === null ? '' : `, pid ${client.pid}`}
              </span>
              <span className="text-quiet">
                {client.calls} calls · active <Age at={client.lastAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
