import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/message-port';
import type { Router } from './router.ts';
import { rpcPortOf } from './rpc-port.ts';

/** Serves the contract on an authenticated local socket: what the command line talks to. */
export function serveControl(router: Router, socket: Duplex): void {
  new RPCHandler(router).upgrade(rpcPortOf(socket), { context: {} });
}
