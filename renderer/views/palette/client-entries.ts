import type { ClientId } from '../../../electron/contract/bridge.ts';
import type { ClientCheck } from '../../../electron/contract/clients.ts';
import { canRepair } from '../../../electron/contract/present-clients.ts';
import { useAction, useApp, useMirror, useProfileName } from '../../api/app-context.tsx';
import type { Entry } from '../../api/ui-store.ts';

const LABELS: Readonly<Record<ClientId, string>> = {
  'claude-desktop': 'Claude Desktop',
  'claude-code': 'Claude Code',
  cursor: 'Cursor',
  vscode: 'VS Code',
};
const ACTIONS = [
  ['install', 'Set up'],
  ['remove', 'Remove from'],
  ['undo', 'Undo in'],
] as const;
const NO_CHECKS: Record<string, ClientCheck> = {};

/** Set up, remove and undo show the change first; a repair writes back what was agreed to before. */
export function useClientEntries(): Entry[] {
  const { ui } = useApp();
  const act = useAction();
  const profile = useProfileName();
  const checks = useMirror((s) => s.app?.clientChecks ?? NO_CHECKS);
  if (profile === null) return [];
  const clients = Object.entries(LABELS) as [ClientId, string][];
  return [
    ...Object.values(checks)
      .filter(canRepair)
      .map(({ id, client, key }) => ({
        label: `Repair the entry ${key} in ${LABELS[client]}`,
        group: 'Clients',
        run: () => void act((c) => c.clients.repair({ id })),
      })),
    ...clients.flatMap(([client, label]) =>
      ACTIONS.map(([action, words]) => ({
        label: `${words} ${label}…`,
        group: 'Clients',
        run: () => ui.ask({ what: 'client-plan', client, label, action }, { page: 'clients' }),
      })),
    ),
  ];
}
