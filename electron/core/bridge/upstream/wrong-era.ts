import { UpstreamFailure } from '../failure.ts';

/**
 * The server does not speak what we spoke, or no longer does. `unsent`: it turned down the opening, so that the message
 * can go out in another era; `refused`: it turned down the message itself before it ran.
 */
export class WrongEra extends UpstreamFailure {
  /** Whether the message may be sent again: it only reads, or sets a wanted state. */
  readonly repeatable: boolean;
  /** Whether it may be a server of 2024-11-05, which refuses POST at the address of its event stream. */
  readonly maybeSse: boolean;

  constructor(
    fate: 'unsent' | 'refused',
    cause: UpstreamFailure,
    { repeatable = false, maybeSse = false }: { repeatable?: boolean; maybeSse?: boolean } = {},
  ) {
    super(fate, cause.error);
    this.repeatable = repeatable;
    this.maybeSse = maybeSse;
  }
}
