/** JSON-RPC lines and results of our own. `id` is always the raw JSON text of the client's id. */
export const resultLine = (id: string, resultText: string) =>
  `{"jsonrpc":"2.0","id":${id},"result":${resultText}}\n`;

export const errorLine = (id: string, code: number, message: string) =>
  `{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":${JSON.stringify(message)}}}\n`;

/** A tools/call result with one text, as JSON text. */
export function toolText(text: string, isError = false): string {
  return JSON.stringify({ content: [{ type: 'text', text }], ...(isError ? { isError: true } : {}) });
}

/** Local time as hh:mm. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * What a model must read when nobody can say what became of a call that changes something. A stop may be repeated:
 * being stopped is a state, and to stop twice costs nothing.
 */
export function unknownOutcome(tool: string, why: string, isStop = false): string {
  const known = `The outcome of ${tool} is unknown: it was sent, but no usable answer came. ${why} It may have been carried out.`;
  const check = `Check the status first (companion_status, or the back end's own status tool), and tell the user.`;
  if (isStop) return `${known} ${check} While trading still runs, ${tool} may be called again.`;
  return `${known} Do not call ${tool} again. ${check}`;
}

export function notCarriedOut(tool: string, why: string): string {
  return `${tool} was not carried out. ${why}`;
}
