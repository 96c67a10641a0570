import { z } from 'zod';
import { ToolClass } from '../../contract/bridge.ts';

export const SavedTool = z.object({
  name: z.string(),
  /** The definition that the server lists now, JSON text, and its hash. */
  definition: z.string(),
  hash: z.string(),
  approvedHash: z.string().nullable(),
  approvedDefinition: z.string().nullable(),
  /** The class a person gave at approval. */
  approvedAs: ToolClass.nullable(),
  blocked: z.boolean(),
  present: z.boolean(),
});
export type SavedTool = z.infer<typeof SavedTool>;

/** `catalogue/<profile>.json`. `revision`, `serve`, `reads` and `stops` are what the stub reads (stub/offline.ts). */
export const SavedCatalogue = z.object({
  version: z.literal(1),
  revision: z.string(),
  /** Results by method, as JSON text: `initialize` without a negotiated version, and the lists as clients get them. */
  serve: z.record(z.string(), z.string()),
  /** Names, as clients know them, of tools that only read, and of those that stop. */
  reads: z.array(z.string()),
  stops: z.array(z.string()).default([]),
  savedAt: z.number().nullable(),
  server: z.object({ name: z.string(), version: z.string(), protocolVersion: z.string() }).nullable(),
  tools: z.array(SavedTool),
  /** Entries of the lists as the server sent them, JSON text. */
  resources: z.array(z.string()),
  templates: z.array(z.string()),
  prompts: z.array(z.string()).nullable(),
  /** The server's answer to initialize, JSON text. */
  initialize: z.string().nullable(),
});
export type SavedCatalogue = z.infer<typeof SavedCatalogue>;

export const NOTHING_SAVED: SavedCatalogue = {
  version: 1,
  revision: '',
  serve: {},
  reads: [],
  stops: [],
  savedAt: null,
  server: null,
  tools: [],
  resources: [],
  templates: [],
  prompts: null,
  initialize: null,
};
