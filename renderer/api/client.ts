import { createORPCClient } from '@orpc/client';
import type { ClientContext, ClientLink } from '@orpc/client';
import { ORPCError } from '@orpc/client';
import type { ErrorShape } from '../../electron/contract/errors.ts';
import type { Client } from './session.ts';

/** The typed client over a link. */
export function clientOver(link: ClientLink<ClientContext>): Client {
  return createORPCClient(link);
}

function isShape(data: unknown): data is ErrorShape {
  return typeof data === 'object' && data !== null && 'code' in data && 'message' in data && 'next' in data;
}

/** Any failure of a call as something to show: core's own words where it gave them. */
export function errorShape(thrown: unknown): ErrorShape {
  if (thrown instanceof ORPCError && isShape(thrown.data)) return thrown.data;
  if (thrown instanceof ORPCError && thrown.code === 'BAD_REQUEST') {
    return {
      code: 'INPUT_INVALID',
      message: 'The app refused this input.',
      next: 'Check the fields and try again.',
    };
  }
  if (thrown instanceof ORPCError) {
    return {
      code: 'INTERNAL',
      message: `The app could not do this: ${thrown.message}`,
      next: 'Look at the app log in the state folder, logs/app.log.',
    };
  }
  return {
    code: 'APP_NOT_RUNNING',
    message: 'The app did not answer, so nothing is known about this action.',
    next: 'Check the state on this page once the app answers again before you repeat it.',
  };
}
