import { useApp } from '../../api/app-context.tsx';
import type { Entry } from '../../api/ui-store.ts';
import { useClientEntries } from './client-entries.ts';
import { useExportEntries } from './export-entries.ts';
import { goEntries } from './go-entries.ts';
import { useProfileEntries } from './profile-entries.ts';
import { useSettingEntries } from './setting-entries.ts';
import { useToolEntries } from './tool-entries.ts';

/**
 * Everything that can be done from where the user is; what the page on screen offers comes first. Not here: what has to
 * be looked at or typed where it stands (trusting a host key, secrets, approving a definition, dismissing an unknown
 * outcome, answering consent, asking one request again) and what only turns or closes a view.
 */
export function useEntries(): Entry[] {
  const app = useApp();
  const profiles = useProfileEntries();
  const clients = useClientEntries();
  const exports = useExportEntries();
  const tools = useToolEntries();
  const settings = useSettingEntries();
  const check: Entry = {
    label: 'Check the audit trail now',
    group: 'Activity',
    run: () => app.ui.ask({ what: 'audit-check' }, { page: 'activity', activity: 'audit' }),
  };
  return [
    ...app.ui.offered(),
    ...goEntries(app),
    check,
    ...profiles,
    ...clients,
    ...exports,
    ...tools,
    ...settings,
  ];
}
