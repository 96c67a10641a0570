import { useMirror } from '../../api/app-context.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { Panel } from '../../parts/panel.tsx';

/** Which app this is, and where it keeps things. */
export function About() {
  const info = useMirror((s) => s.app?.app);
  if (info === undefined) return null;
  const rows: readonly (readonly [string, string])[] = [
    ['Version', info.version],
    ['Shown by', info.shell === 'electron' ? 'the desktop app' : 'the dashboard in a browser'],
    ['Secrets', info.secrets.note],
    ['Licence', 'MIT; those of the parts it is made of lie beside the app in licences.txt'],
  ];
  return (
    <Panel title="About">
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="w-40 text-quiet">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
        <dt className="w-40 self-center text-quiet">Everything kept is in</dt>
        <dd className="min-w-0">
          <CopyField text={info.home} label="folder" />
        </dd>
      </dl>
    </Panel>
  );
}
