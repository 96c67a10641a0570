import { useState } from 'react';
import { useApp, useCall } from '../api/app-context.tsx';
import type { Client } from '../api/session.ts';
import type { FileFormat } from './save-file.ts';
import { exportName, saveFile } from './save-file.ts';

type Stream = (client: Client) => Promise<AsyncIterable<{ text: string }>>;

/** Hands to the browser, as a file, what core sends in parts; says what it is called, or what went wrong. */
export function useTextExport() {
  const call = useCall();
  const { ui } = useApp();
  const [busy, setBusy] = useState<FileFormat | null>(null);
  const run = async (what: string, format: FileFormat, open: Stream) => {
    setBusy(format);
    const outcome = await call(async (client) => {
      const parts: string[] = [];
      for await (const { text } of await open(client)) parts.push(text);
      return parts;
    });
    setBusy(null);
    if (!outcome.ok) {
      ui.notify('problem', outcome.error.message, outcome.error.next);
      return;
    }
    const name = exportName(what, format, new Date());
    saveFile(name, format, outcome.value);
    ui.notify('done', `Exported as ${name}`);
  };
  return { busy, run };
}
