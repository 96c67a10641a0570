import { carries } from '../../../electron/contract/awaited.ts';
import { useApp, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/panel.tsx';
import { StageList } from '../../parts/stages.tsx';
import { HostKeys } from './host-key.tsx';
import type { LinkForm } from './link-form.ts';

/** Connecting the new profile, as it happens, with each failure's remedy in place. */
export function AddProgress({ name, kind }: { name: string; kind: LinkForm['kind'] }) {
  const { ui } = useApp();
  const state = useMirror((s) => s.app?.profiles[name]);
  if (state === undefined) return null;
  const { link, profile, chain } = state;
  const done = carries(link);
  const via = 'via' in link ? link.via.kind : kind;
  const finish = () => {
    ui.store.setState({ adding: null });
    ui.go({ page: 'overview', profile: name });
  };
  return (
    <div className="flex flex-col gap-3" aria-live="polite">
      <StageList link={link} kind={via === 'ssh' ? 'ssh' : 'https'} />
      <HostKeys profile={profile} chain={chain} link={link} />
      {link.state === 'reconnecting' ? <Problem error={link.lastError} /> : null}
      {link.state === 'blocked' && link.hostKey === undefined ? <Problem error={link.error} /> : null}
      <div className="flex gap-2">
        <Button look={done ? 'primary' : 'plain'} onClick={finish}>
          {done ? 'Connected: open the overview' : 'Open the overview'}
        </Button>
        {done ? (
          <Button onClick={() => ui.go({ page: 'clients', profile: name })}>Set up Claude Desktop</Button>
        ) : null}
      </div>
    </div>
  );
}
