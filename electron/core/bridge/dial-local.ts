import type net from 'node:net';
import type { ErrorShape } from '../../contract/errors.ts';
import { AppError } from '../../contract/errors.ts';
import { attach } from '../../stub/attach.ts';

/**
 * Connects to the running app of this state folder. Throws APP_NOT_RUNNING when there is none, APP_SOCKET_REFUSED
 * when it does not prove itself, or what the app refuses with.
 */
export async function dialLocal(
  home: string,
  hello: { kind: 'bridge' | 'control'; profile: string },
): Promise<net.Socket> {
  try {
    return await attach(home, hello);
  } catch (error) {
    const { code, message, next } = error as ErrorShape;
    throw new AppError(code, message, next, { cause: error });
  }
}
