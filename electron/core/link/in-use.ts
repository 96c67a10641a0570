import type { AppError } from '../../contract/errors.ts';
import type { Clock } from '../ports.ts';
import type { ChainBoard } from './chain-board.ts';
import type { Connection } from './connection.ts';
import type { LinkInput } from './machine.ts';
import { laterInput } from './probe-input.ts';
import type { ProbeResult } from './probe.ts';

/** Probes without any answer after which a link without a connection of its own counts as lost. */
const SILENT_LIMIT = 2;
/** A connection that may have died unseen gets no longer than this to answer, milliseconds. */
const SUSPECT_PROBE_MS = 5_000;

interface Deps {
  readonly clock: Clock;
  readonly board: ChainBoard;
  readonly feed: (input: LinkInput) => void;
  /** Something changed that may make another link the better one. */
  readonly arrange: () => void;
  /** It ended; it is closed and no longer held here. */
  readonly lost: (connection: Connection, error: AppError) => void;
}

/** The one connection that everything goes through, and what its probes mean for the state. */
export class InUse {
  connection: Connection | undefined;
  private readonly deps: Deps;
  /** It may have died unseen, while the machine slept or changed networks. */
  private suspect = false;

  constructor(deps: Deps) {
    this.deps = deps;
  }

  take(connection: Connection): void {
    this.suspect = false;
    this.connection = connection;
    connection.events = {
      probed: (result, silent) => this.probed(connection, result, silent),
      aged: (proofAgeMs) => {
        this.deps.feed({ type: 'tick', at: this.deps.clock.now(), proofAgeMs });
        this.deps.board.open('in-use', connection);
        this.deps.arrange();
      },
      lost: (error) => this.lost(connection, error),
    };
  }

  /** Ends it without an event. */
  close(): void {
    this.connection?.close();
    this.connection = undefined;
  }

  /** Has it prove itself now, and closes it if it does not. */
  doubt(): void {
    this.suspect = true;
    this.connection?.probe();
  }

  /** How long a probe may take, of the usual `probeMs`. */
  patience(probeMs: number): number {
    return this.suspect ? Math.min(probeMs, SUSPECT_PROBE_MS) : probeMs;
  }

  private lost(connection: Connection, error: AppError): void {
    if (connection !== this.connection) return;
    this.close();
    this.deps.lost(connection, error);
  }

  private probed(connection: Connection, result: ProbeResult, silent: number): void {
    if (connection !== this.connection) return;
    const { clock, board, feed, arrange } = this.deps;
    if (result.kind === 'refused') return this.lost(connection, result.error);
    const at = clock.now();
    if (result.kind === 'silent') {
      // an SSH connection has keepalives of its own; its services alone may be silent
      const over = silent >= SILENT_LIMIT && connection.link.via.kind !== 'ssh';
      if (this.suspect || over) return this.lost(connection, result.error);
      feed({ type: 'probe-failed', at });
    } else {
      this.suspect = false;
      feed(laterInput(result, at));
    }
    board.open('in-use', connection);
    arrange();
  }
}
