import { AppError } from '../../../contract/errors.ts';
import { UpstreamFailure } from '../failure.ts';

/**
 * The server does not speak what we spoke, or no longer does. `unsent`: it turned down the opening, so that the message
 * can go out in another era; `refused`: it turned down the message itself before it ran.
 */
export class WrongEra extends UpstreamFailure {
  /** Whether it may be a server of 2024-11-05, which refuses POST at the address of its event stream. */
  readonly maybeSse: boolean;

  constructor(fate: 'unsent' | 'refused', cause: UpstreamFailure, maybeSse = false) {
    super(fate, cause.error);
    this.maybeSse = maybeSse;
  }
}

/** What the caller of the message is told: it did not run, and a new session will fit. */
export const otherRevision = (cause: WrongEra): UpstreamFailure =>
  new UpstreamFailure(
    'refused',
    new AppError(
      'MCP_SESSION_LOST',
      'The server speaks another revision of MCP than before; it was probably updated.',
      'A new session is opened by itself; try again.',
      { cause },
    ),
    true,
  );
