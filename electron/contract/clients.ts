import { z } from 'zod';
import { ClientId } from './bridge.ts';
import { Millis } from './link.ts';

/**
 * What is known of an entry that we wrote. `waiting-quit`: written while the client ran, which may still write over
 * it. `waiting-start`: written, not yet proven through a start of the client. `armed`: to be written back as soon as
 * the client has quit. `given-up`: vanished again after it was written back; we do not fight over the file.
 */
export const ClientCheckState = z.enum([
  'waiting-quit',
  'waiting-start',
  'ok',
  'missing',
  'changed',
  'armed',
  'given-up',
  'unreadable',
]);
export type ClientCheckState = z.infer<typeof ClientCheckState>;

/**
 * Why an entry is gone, as far as it can be told. `written-over`: the client ran when we wrote, and put its own
 * memory of the file back. `reset`: every server is gone, so the client began afresh. `removed`: ours alone is gone,
 * as when a person takes it out. `file-gone`: the whole file is.
 */
export const WipeCause = z.enum(['written-over', 'reset', 'removed', 'file-gone']);
export type WipeCause = z.infer<typeof WipeCause>;

/** One entry of ours under watch; the key in the state is `id`. */
export const ClientCheck = z.strictObject({
  id: z.string(),
  client: ClientId,
  /** e.g. `Claude Desktop (Microsoft Store)`. */
  label: z.string(),
  path: z.string(),
  profile: z.string(),
  key: z.string(),
  state: ClientCheckState,
  cause: WipeCause.nullable(),
  /** When it came into this state. */
  since: Millis,
  /** When the file was last read. */
  checkedAt: Millis,
  /** How often it was written back by itself since it last held through a start: none or one. */
  attempts: z.number().int(),
});
export type ClientCheck = z.infer<typeof ClientCheck>;

/** A Claude Desktop extension to save as a file. */
export const ClientBundle = z.strictObject({ name: z.string(), base64: z.string() });
export type ClientBundle = z.infer<typeof ClientBundle>;
