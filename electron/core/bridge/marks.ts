import type { Clock } from '../ports.ts';
import type { RecordActivity, RequestTrace } from '../seams.ts';
import type { Bytes } from './pieces.ts';
import type { ClientFacts } from './host.ts';
import { actorOf } from './host.ts';

/** When one request passed which place, monotonic ms; 0: not yet. Cheap: it is done for every request. */
export class Marks {
  arrived = 0;
  /** The guard was asked. */
  judged = 0;
  decided = 0;
  /** First sent; a second try is part of the same waiting. */
  sent = 0;
  answered = 0;
  /** The answer as received. */
  answer: Bytes | undefined;

  times(clock: Clock): NonNullable<RequestTrace['times']> {
    const guard = this.decided === 0 ? 0 : this.decided - this.judged;
    const end = this.sent === 0 ? clock.monotonic() : this.sent;
    const wire = this.sent === 0 ? undefined : (this.answered || clock.monotonic()) - this.sent;
    return { local: Math.max(0, end - this.arrived - guard), guard, wire };
  }
}

/** How a client reached us. */
export const clientOf = ({ transport, pid }: ClientFacts): NonNullable<RequestTrace['client']> => ({
  transport,
  pid,
});

/** The line of Activity for a client that came or went. */
export function sessionLine(
  profile: string,
  client: ClientFacts,
  what: string,
  method?: string,
): Parameters<RecordActivity>[0] {
  return {
    profile,
    kind: 'session',
    actor: actorOf(client),
    title: `${client.name} ${what}`,
    outcome: 'ok',
    trace: { client: clientOf(client), ...(method !== undefined && { method }) },
  };
}
