import { useEffect, useState } from 'react';
import type { ClientTarget } from '../../../electron/contract/bridge.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { Outcome } from '../../api/app-context.tsx';
import { useCall, useMirror } from '../../api/app-context.tsx';

/** The targets as read from disk: again when `version` changes, and when the app saw one of the files change. */
export function useTargets(version: number): ClientTarget[] | ErrorShape | null {
  const call = useCall();
  const open = useMirror((s) => s.connection === 'open');
  const checks = useMirror((s) => s.app?.clientChecks);
  const [read, setRead] = useState<Outcome<ClientTarget[]> | null>(null);
  useEffect(() => {
    let current = true;
    if (open) void call((c) => c.clients.list()).then((outcome) => (current ? setRead(outcome) : undefined));
    return () => {
      current = false;
    };
    // `call` is new with every render and reads nothing that changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [open, version, checks]);
  if (read === null) return null;
  return read.ok ? read.value : read.error;
}
