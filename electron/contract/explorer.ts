import { z } from 'zod';

/** One request of a person at the dashboard: it passes bridge and guard as any client's does. */
export const McpRequest = z.discriminatedUnion('kind', [
  /** `argumentsText` is one JSON object; it goes to the back end as it was typed, numbers unrounded. */
  z.strictObject({ kind: z.literal('tool'), name: z.string().min(1), argumentsText: z.string() }),
  z.strictObject({ kind: z.literal('resource'), uri: z.string().min(1) }),
  z.strictObject({ kind: z.literal('prompt'), name: z.string().min(1), argumentsText: z.string() }),
]);
export type McpRequest = z.infer<typeof McpRequest>;

/** More than this of an answer is not sent to the page, characters. */
export const ANSWER_SHOWN = 1_000_000;

/** What was asked and what came, as JSON text that nothing was rounded in. */
export const McpExchange = z.strictObject({
  /** `method` and `params` as they were sent. */
  method: z.string(),
  paramsText: z.string(),
  /** The JSON-RPC answer; cut at `ANSWER_SHOWN` characters. */
  answer: z.string(),
  /** Length of the whole answer where it was cut, characters. */
  cutFrom: z.number().int().nullable(),
  ms: z.number(),
});
export type McpExchange = z.infer<typeof McpExchange>;
