import type { Context } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import type { IpcMain, MessagePortMain } from 'electron';
import type { App } from '../core/app-interface.ts';
import type { Clock } from '../core/ports.ts';
import { PORT_CHANNEL } from './channel.ts';
import type { TrustedWindow } from './guard-rules.ts';
import { isTrustedSender } from './guard-rules.ts';

/** What we need of a port; Electron's MessagePortMain and Node's MessagePort both are one. */
type AppPort = Parameters<RPCHandler<Context>['upgrade']>[0] & { start(): void; close(): void };

/** Serves the app's router on a port until its other end is gone. Returns its close. */
function servePort(app: App, port: AppPort): () => void {
  const handler = new RPCHandler<Context>(app.router);
  handler.upgrade(port, { context: {} });
  port.start();
  return () => port.close();
}

export interface IpcParts {
  ipcMain: Pick<IpcMain, 'on' | 'removeListener'>;
  makeChannel(): { port1: MessagePortMain; port2: MessagePortMain };
  /** Our windows that exist now. */
  trusted(): readonly TrustedWindow[];
  clock: Pick<Clock, 'monotonic'>;
  app: App;
}

/** A page asks once each time it is loaded; one that asks more often than this is not one of ours in good health. */
const ASKS = { most: 20, withinMs: 10_000 } as const;

/** Whether one more ask of a window is within the limit. */
function asksLimit(clock: IpcParts['clock']): (id: number) => boolean {
  const asked = new Map<number, number[]>();
  return (id) => {
    const now = clock.monotonic();
    const recent = (asked.get(id) ?? []).filter((at) => now - at < ASKS.withinMs);
    asked.set(id, recent);
    if (recent.length >= ASKS.most) return false;
    recent.push(now);
    return true;
  };
}

/**
 * Answers the page's one request, "give me my port". A page that was reloaded asks again and its old port is
 * closed; anyone but our own page in one of our own windows is dropped without an answer. Returns the dispose.
 */
export function installIpc(parts: IpcParts): () => void {
  /** The port of each window, by the id of its contents; an id is never used again. */
  const ports = new Map<number, () => void>();
  const mayAsk = asksLimit(parts.clock);
  const onAsk = (event: Electron.IpcMainEvent) => {
    const frame = event.senderFrame;
    if (!frame || !isTrustedSender({ frame, senderId: event.sender.id }, parts.trusted())) {
      parts.app.log.warn('a message from a stranger was dropped');
      return;
    }
    if (!mayAsk(event.sender.id)) {
      parts.app.log.warn('a window asked for its port too often');
      return;
    }
    ports.get(event.sender.id)?.();
    const { port1, port2 } = parts.makeChannel();
    ports.set(event.sender.id, servePort(parts.app, port1));
    frame.postMessage(PORT_CHANNEL, null, [port2]);
  };
  parts.ipcMain.on(PORT_CHANNEL, onAsk);
  return () => {
    parts.ipcMain.removeListener(PORT_CHANNEL, onAsk);
    for (const close of ports.values()) close();
  };
}
