import { Download } from 'lucide-react';
import { useState } from 'react';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import { useCall } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { saveBytes } from '../../parts/save-file.ts';
import { Panel, Problem } from '../../parts/panel.tsx';

/** The second way into Claude Desktop: an extension to install by hand, where its file must not be touched. */
export function BundlePanel({ profile }: { profile: string }) {
  const call = useCall();
  const [error, setError] = useState<ErrorShape | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const save = async () => {
    const outcome = await call((c) => c.clients.bundle({ profile }));
    setError(outcome.ok ? null : outcome.error);
    if (!outcome.ok) return;
    const { name, base64 } = outcome.value;
    saveBytes(name, 'application/zip', base64);
    setSaved(name);
  };
  return (
    <Panel
      title="As an extension instead"
      aside={
        <Button small icon={<Download size={13} />} data-testid="bundle-save" onClick={() => void save()}>
          Save .mcpb
        </Button>
      }
    >
      <div className="flex flex-col gap-2 text-quiet">
        <p className="max-w-[76ch]">
          Claude Desktop installs it from Settings › Extensions › Advanced settings › Install Extension… It is
          not signed, so Claude warns; it holds no secrets and starts the same program. Use one way or the
          other, not both.
        </p>
        {saved === null ? null : <p data-testid="bundle-saved">Saved as {saved}.</p>}
        {error === null ? null : (
          <>
            <Problem error={error} />
            <CopyField
              text={`catalyst-companion mcpb ${profile} --out catalyst-${profile}.mcpb`}
              label="command"
            />
          </>
        )}
      </div>
    </Panel>
  );
}
