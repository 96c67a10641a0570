import os from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../contract/api.ts';
import type { ErrorShape } from '../contract/errors.ts';
import { AppError } from '../contract/errors.ts';
import type { Home } from '../core/files.ts';
import { homeAt, makeHome } from '../core/files.ts';
import { Profiles } from '../core/profiles.ts';
import { rpcPortOf } from '../core/rpc-port.ts';
import { dialLocal } from '../core/bridge/dial-local.ts';
import type { Output } from './output.ts';

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
  profiles(): Promise<Profiles>;
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
      `The app did not take this: ${what}.`,
      'See catalyst-companion --help.',
      { cause: thrown },
    );
  }
  return thrown;
}

async function useApp<T>(socket: Duplex, run: (app: AppClient) => Promise<T>): Promise<T> {
  const gone = new Promise<never>((_resolve, reject) => {
    socket.once('close', () =>
      reject(
        new AppError('APP_NOT_RUNNING', 'The app went away before it answered.', 'Start it again: npm start'),
      ),
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

export function createContext(output: Output, yes: boolean): Context {
  const { home, defaultHome } = homeFromEnv(process.env);
  const dial = () => dialLocal(home.dir, { kind: 'control', profile: '' });
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
    async ifApp(run) {
      let socket: Duplex;
      try {
        socket = await dial();
      } catch (thrown) {
        if (thrown instanceof AppError && thrown.code === 'APP_NOT_RUNNING') return undefined;
        throw thrown;
      }
      return await useApp(socket, run);
    },
    async profiles() {
      await makeHome(home);
      const profiles = new Profiles(home.profiles);
      await profiles.load();
      return profiles;
    },
  };
}
