import type { Answer } from '../fit.ts';
import type { Inspected } from '../inspect.ts';
import { toolText, unknownOutcome } from '../words.ts';

/**
 * What a client is told that goes on with a request which is not, or no longer, waiting here for it. It is not sent
 * on: to a server it would be the whole request once more.
 */
export function notGoneOn(
  { method, params }: Inspected,
  called: string | undefined,
  isRead: boolean,
): Answer {
  const why =
    'The request that this goes on with no longer waits for an answer (it ended, or it was another one).';
  // a state that fails its check is to be rejected (2026-07-28, MRTR); words about an outcome are for the model to read
  if (method !== 'tools/call' || isRead)
    return {
      failure: `Invalid params: requestState. ${why} Send it again from the beginning.`,
      code: -32602,
    };
  return { result: toolText(unknownOutcome(called ?? String(params['name']), why), true) };
}
