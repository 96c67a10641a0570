import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterEach, describe, expect, it } from 'vitest';
import { PORT_CHANNEL } from '../../../electron/shell/channel.ts';
import { installIpc } from '../../../electron/shell/ipc.ts';
import { appState, fakeApp, profileState } from '../../helpers/fake-app.ts';

/** A page's side: a frame that keeps the ports it was sent. */
function fakeFrame(url: string) {
  const ports: any[] = [];
  const frame = {
    url,
    postMessage: (_channel: string, _message: unknown, sent: any[]) => ports.push(...sent),
  };
  return { frame, ports };
}

function clientOf(port: any): any {
  port.start();
  return createORPCClient(new RPCLink({ port }));
}

describe('the message port of a window', () => {
  let now = 0;
  const clock = { monotonic: () => now };
  const undo: (() => void)[] = [];
  afterEach(() => {
    for (const one of undo.splice(0)) one();
  });

  function setUp() {
    const ipcMain: any = new EventEmitter();
    const app = fakeApp(appState([profileState('demo', { state: 'off' })]));
    const page = fakeFrame('app://companion/');
    undo.push(
      installIpc({
        ipcMain,
        makeChannel: () => new MessageChannel() as any,
        trusted: () => [{ mainFrame: page.frame, id: 1 }],
        clock,
        app,
      }),
    );
    const ask = (frame: unknown, id = 1) =>
      ipcMain.emit(PORT_CHANNEL, { senderFrame: frame, sender: { id } });
    return { app, page, ask, ipcMain };
  }

  it('carries the router and its streams', async () => {
    const { app, page, ask } = setUp();
    ask(page.frame);
    const client = clientOf(page.ports[0]);
    expect(await client.app.info()).toMatchObject({ version: '0.1.0' });
    const events = await client.state.follow();
    expect((await events.next()).value).toMatchObject({ state: { order: ['demo'] } });
    app.set(appState());
    expect((await events.next()).value).toMatchObject({ seq: 1, state: { order: [] } });
  });

  it('is a new one after a reload, and the old one is closed', async () => {
    const { page, ask } = setUp();
    ask(page.frame);
    const closed = new Promise<void>((resolve) => page.ports[0].on('close', resolve));
    ask(page.frame);
    await closed;
    expect(await clientOf(page.ports[1]).app.info()).toMatchObject({ pid: process.pid });
  });

  it('is one for each of our windows: the reload of one leaves the other its port', async () => {
    const ipcMain: any = new EventEmitter();
    const [dashboard, consent] = [fakeFrame('app://companion/'), fakeFrame('app://companion/#consent')];
    const trusted = () => [
      { mainFrame: dashboard.frame, id: 1 },
      { mainFrame: consent.frame, id: 2 },
    ];
    undo.push(
      installIpc({ ipcMain, makeChannel: () => new MessageChannel() as any, trusted, clock, app: fakeApp() }),
    );
    const ask = (frame: unknown, id: number) =>
      ipcMain.emit(PORT_CHANNEL, { senderFrame: frame, sender: { id } });
    ask(dashboard.frame, 1);
    ask(consent.frame, 2);
    ask(consent.frame, 2);
    ask(consent.frame, 1);
    expect([dashboard.ports.length, consent.ports.length]).toEqual([1, 2]);
    expect(await clientOf(dashboard.ports[0]).app.info()).toMatchObject({ pid: process.pid });
  });

  it('is not given to a stranger', () => {
    const { app, page, ask } = setUp();
    const inner = fakeFrame('app://companion/');
    ask(inner.frame);
    ask(page.frame, 2);
    ask(null);
    expect([page.ports, inner.ports]).toEqual([[], []]);
    expect(app.logged).toHaveLength(3);
  });

  it('is refused to a page that asks without end, until it has calmed down', () => {
    const { app, page, ask } = setUp();
    for (let i = 0; i < 25; i++) ask(page.frame);
    expect([page.ports.length, app.logged.length]).toEqual([20, 5]);
    now += 10_000;
    ask(page.frame);
    expect(page.ports).toHaveLength(21);
  });

  it('is closed with the app', async () => {
    const { page, ask, ipcMain } = setUp();
    ask(page.frame);
    const closed = new Promise<void>((resolve) => page.ports[0].on('close', resolve));
    undo.splice(0)[0]?.();
    await closed;
    expect(ipcMain.listenerCount(PORT_CHANNEL)).toBe(0);
  });
});
