import os from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../contract/api.ts';
import type { ErrorShape } from '../contract/errors.ts';
import { AppError } from '../contract/errors.ts';
import type { Profile } from '../contract/profile.ts';
import type { AppState } from '../contract/state.ts';
import type { Home } from '../core/files.ts';
import { homeAt } from '../core/files.ts';
import { Profiles } from '../core/profiles/profiles.ts';
import { rpcPortOf } from '../core/rpc-port.ts';
import { dialLocal } from '../core/bridge/dial-local.ts';
import type { Output } from './output.ts';

const START = 'Start it and leave it running: catalyst-companion serve (or npm start in a checkout)';

export type AppClient = ContractRouterClient<Contract>;

/** What every command gets: where the state is, where to print, and the running app if it asks for it. */
export interface Context {
  home: Home;
  defaultHome: boolean;
  userHome: string;
  env: NodeJS.ProcessEnv;
  output: Output;
  yes: boolean;
  /** Runs with the running app's procedures; throws APP_NOT_RUNNING where none answers. */
  withApp<T>(run: (app: AppClient) => Promise<T>): Promise<T>;
  /** The same, or undefined where no app runs. */
  ifApp<T>(run: (app: AppClient) => Promise<T>): Promise<T | undefined>;
  /** The stored profiles. Throws STATE_FILE_BROKEN. */
  profiles(): Promise<Profiles>;
  /** The profiles of the running app, which has the demo among them; else the stored ones. */
  knownProfiles(): Promise<readonly Profile[]>;
}

/** The state folder: CATALYST_COMPANION_HOME or ~/.catalyst-companion. */
export function homeFromEnv(env: NodeJS.ProcessEnv): { home: Home; defaultHome: boolean } {
  const usual = path.join(os.homedir(), '.catalyst-companion');
  const dir = path.resolve(env.CATALYST_COMPANION_HOME || usual);
  return { home: homeAt(dir), defaultHome: dir === usual };
}

/** Errors of the app arrive as ORPCError with our shape as data; commands see AppErrors only. */
function asLocalError(thrown: unknown): unknown {
  if (!(thrown instanceof ORPCError)) return thrown;
  if (thrown.code === 'APP') {
    const { code, message, next } = thrown.data as ErrorShape;
    return new AppError(code, message, next, { cause: thrown });
  }
  if (thrown.code === 'BAD_REQUEST') {
    const issue = (thrown.data as { issues?: { path?: unknown[]; message: string }[] } | undefined)
      ?.issues?.[0];
    const what = issue ? `${issue.path?.join('.') || 'input'}: ${issue.message}` : thrown.message;
    return new AppError(
      'INPUT_INVALID',
      `The app did not take this (${what}).`,
      'Correct it and try again; catalyst-companion --help shows what goes where.',
      { cause: thrown },
    );
  }
  return thrown;
}

async function useApp<T>(socket: Duplex, run: (app: AppClient) => Promise<T>): Promise<T> {
  const gone = new Promise<never>((_resolve, reject) => {
    socket.once('close', () =>
      reject(new AppError('APP_NOT_RUNNING', 'The app went away before it answered.', START)),
    );
  });
  gone.catch(() => undefined);
  const client: AppClient = createORPCClient(new RPCLink({ port: rpcPortOf(socket) }));
  try {
    return await Promise.race([run(client), gone]);
  } catch (thrown) {
    throw asLocalError(thrown);
  } finally {
    socket.destroy();
  }
}

/** The first event of the stream is the whole state. */
export async function snapshot(app: AppClient): Promise<AppState> {
  for await (const event of await app.state.follow()) if (event.type === 'snapshot') return event.state;
  throw new AppError('APP_NOT_RUNNING', 'The app closed the connection.', START);
}

export function createContext(output: Output, yes: boolean): Context {
  const { home, defaultHome } = homeFromEnv(process.env);
  const dial = async () => {
    try {
      return await dialLocal(home.dir, { kind: 'control', profile: '' });
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'APP_NOT_RUNNING') throw thrown;
      throw new AppError(thrown.code, thrown.message, START, { cause: thrown });
    }
  };
  const ifApp: Context['ifApp'] = async (run) => {
    let socket: Duplex;
    try {
      socket = await dial();
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'APP_NOT_RUNNING') return undefined;
      throw thrown;
    }
    return await useApp(socket, run);
  };
  const stored = async () => {
    const profiles = new Profiles(home.profiles);
    await profiles.load();
    return profiles;
  };
  return {
    home,
    defaultHome,
    userHome: os.homedir(),
    env: process.env,
    output,
    yes,
    async withApp(run) {
      return await useApp(await dial(), run);
    },
    ifApp,
    profiles: stored,
    async knownProfiles() {
      const state = await ifApp(snapshot);
      if (!state) return (await stored()).list();
      return state.order.flatMap((name) => state.profiles[name]?.profile ?? []);
    },
  };
}
