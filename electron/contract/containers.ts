import { z } from 'zod';
import { Millis } from './link.ts';
import { reading } from './models.ts';

/** The two spellings of compose; the one that answered is the one that is used. */
export const ComposeProgram = z.enum(['docker compose', 'docker-compose']);
export type ComposeProgram = z.infer<typeof ComposeProgram>;

/** A container as compose lists it. `state` null: this compose names its services only. */
export const Container = z.strictObject({
  /** The service's key in the compose file. */
  service: z.string(),
  name: z.string(),
  /** Docker's word, e.g. `running`, `exited`, `restarting`. */
  state: z.string().nullable(),
  /** Docker's own health check: `healthy`, `unhealthy`, `starting`; null where it has none. */
  health: z.string().nullable(),
  /** In docker's words, e.g. `Up 3 hours (healthy)`; may be empty. */
  status: z.string(),
  exitCode: z.number().int().nullable(),
});
export type Container = z.infer<typeof Container>;

export const ContainerList = z.strictObject({ program: ComposeProgram, rows: z.array(Container) });
export type ContainerList = z.infer<typeof ContainerList>;

/**
 * A restart that a person asked for. `asking`: waits for consent. `running`: sent. `done` and `failed`: the command ended,
 * with its exit code. `unknown`: sent, and how it ended is not known; it is never sent again by itself. `not-sent`: it
 * certainly was not.
 */
export const Restart = z.strictObject({
  service: z.string(),
  /** The exact command. */
  command: z.string(),
  state: z.enum(['asking', 'running', 'done', 'failed', 'unknown', 'not-sent']),
  /** When it came into this state. */
  at: Millis,
  /** One sentence; empty while it goes well. */
  detail: z.string(),
});
export type Restart = z.infer<typeof Restart>;

export const ContainersModel = z.strictObject({
  list: reading(ContainerList),
  /** The last restart of each service in this run. */
  restarts: z.record(z.string(), Restart),
});
export type ContainersModel = z.infer<typeof ContainersModel>;
