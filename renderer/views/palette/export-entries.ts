import type { ActivityEntry } from '../../../electron/contract/bridge.ts';
import { useAction, useApp, useCall, useMirror, useProfile, useProfileName } from '../../api/app-context.tsx';
import type { Entry } from '../../api/ui-store.ts';
import { shown } from '../../parts/reading-note.tsx';
import { exportName, saveBytes, saveFile } from '../../parts/save-file.ts';
import { useTextExport } from '../../parts/text-export.ts';
import { closedCsv, positionsCsv } from '../positions/export.ts';
import { createFigures } from '../positions/figures.ts';

const NONE: readonly ActivityEntry[] = [];
const GROUP = 'Export';

/** The trading records of the profile on screen, as they were received last. */
function usePositionEntries(profile: string | null): Entry[] {
  const { ui } = useApp();
  const positions = useProfile((p) => p.trading.positions);
  const trades = useProfile((p) => p.records.closed);
  if (profile === null || positions === undefined || trades === undefined) return [];
  const open = shown(positions);
  const closed = shown(trades);
  const entry = (label: string, what: string, parts: () => string[]): Entry => ({
    label: `Export ${label} of ${profile} as CSV`,
    group: GROUP,
    run: () => {
      const name = exportName(`${what}-${profile}`, 'csv', new Date());
      saveFile(name, 'csv', parts());
      ui.notify('done', `Exported as ${name}`);
    },
  });
  return [
    ...(open === null
      ? []
      : [
          entry('open positions', 'positions', () =>
            positionsCsv(open.value.rows, createFigures(), { profile, known: open.known }),
          ),
        ]),
    ...(closed === null
      ? []
      : [
          entry('closed trades', 'closed', () =>
            closedCsv(closed.value.rows, { profile, known: closed.known }),
          ),
        ]),
  ];
}

/** Requests of the profile on screen, and the whole audit trail. */
function useRecordEntries(profile: string | null): Entry[] {
  const { run } = useTextExport();
  const activity = useMirror((s) => s.app?.activity ?? NONE);
  const formats = ['csv', 'jsonl'] as const;
  const ids = activity.filter((one) => one.profile === profile || one.profile === '').map(({ id }) => id);
  return [
    ...(ids.length === 0
      ? []
      : formats.map((format) => ({
          label: `Export activity of ${profile ?? 'the app'} as ${format.toUpperCase()}`,
          group: GROUP,
          run: () => void run('activity', format, (client) => client.activity.export({ format, ids })),
        }))),
    ...formats.map((format) => ({
      label: `Export the audit trail as ${format.toUpperCase()}`,
      group: GROUP,
      run: () => void run('audit', format, (client) => client.audit.export({ format })),
    })),
  ];
}

/** Whatever can leave the app as a file, and settings coming in. */
export function useExportEntries(): Entry[] {
  const { ui } = useApp();
  const call = useCall();
  const act = useAction();
  const profile = useProfileName();
  const positions = usePositionEntries(profile);
  const records = useRecordEntries(profile);
  const bundle = async (name: string) => {
    const outcome = await call((c) => c.clients.bundle({ profile: name }));
    if (!outcome.ok) return ui.notify('problem', outcome.error.message, outcome.error.next);
    saveBytes(outcome.value.name, 'application/zip', outcome.value.base64);
    ui.notify('done', `Saved as ${outcome.value.name}`);
  };
  const settings = () =>
    act(async (client) => {
      const { text } = await client.settings.exportFile();
      saveFile(exportName('settings', 'json', new Date()), 'json', [text]);
    }, 'Exported settings and profiles, without secrets.');
  return [
    ...positions,
    ...records,
    ...(profile === null
      ? []
      : [
          {
            label: `Export log lines of ${profile}…`,
            group: GROUP,
            run: () => ui.ask({ what: 'log-export' }, { page: 'logs' }),
          },
          {
            label: `Save ${profile} as an extension for Claude Desktop (.mcpb)`,
            group: GROUP,
            run: () => void bundle(profile),
          },
        ]),
    { label: 'Export settings and profiles as JSON', group: GROUP, run: () => void settings() },
    {
      label: 'Import settings and profiles…',
      group: 'Settings',
      run: () => ui.ask({ what: 'settings-import' }, { page: 'settings' }),
    },
  ];
}
