import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../electron/contract/api.ts';

/** The typed calls of the contract. The contract itself stays a type here: its schemas belong to core. */
export type Client = ContractRouterClient<Contract>;

/** One connection to core. A link holds one socket, so a new connection is a new session. */
export interface Session {
  client: Client;
  close(): void;
}

/** The connection was refused because this page is not signed in; trying again does not help. */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError';
}

/** Opens a connection. Rejects with SignedOutError where a new link is needed, else with any error. */
export type Connect = (signal: AbortSignal) => Promise<Session>;
