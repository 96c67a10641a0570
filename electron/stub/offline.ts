import fs from 'node:fs';
import path from 'node:path';
import { LISTS, initializeResult } from './wire.ts';

/**
 * The part of `catalogue/<profile>.json` that the stub reads. `serve` holds result objects as JSON text, so that
 * what the back end sent is passed on unchanged.
 */
export interface Served {
  revision: string;
  serve: Record<string, string>;
  /** Names of tools that only read: their lost calls may be made again. */
  reads: string[];
}

/** Reads the saved catalogue; undefined when there is none or it cannot be read. */
export function readServed(home: string, profile: string): Served | undefined {
  try {
    const text = fs.readFileSync(path.join(home, 'catalogue', `${profile}.json`), 'utf8');
    const file = JSON.parse(text) as Partial<Served>;
    if (typeof file.revision !== 'string' || typeof file.serve !== 'object') return undefined;
    return { revision: file.revision, serve: file.serve, reads: file.reads ?? [] };
  } catch {
    return undefined;
  }
}

const EMPTY: Record<string, string> = {
  'tools/list': '{"tools":[]}',
  'resources/list': '{"resources":[]}',
  'resources/templates/list': '{"resourceTemplates":[]}',
  'prompts/list': '{"prompts":[]}',
};

const result = (id: string, text: string) => `{"jsonrpc":"2.0","id":${id},"result":${text}}\n`;
export const errorLine = (id: string, code: number, message: string) =>
  `{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":${JSON.stringify(message)}}}\n`;
export const toolErrorLine = (id: string, text: string) =>
  result(id, JSON.stringify({ content: [{ type: 'text', text }], isError: true }));

export interface Asked {
  method: string;
  params: Record<string, unknown> | undefined;
}

/**
 * The answer to a request while the app is away. `why` is one sentence on that.
 */
export function offlineAnswer(id: string, asked: Asked, served: Served | undefined, why: string): string {
  switch (asked.method) {
    case 'server/discover':
      return errorLine(id, -32601, 'Method not found: server/discover');
    case 'ping':
      return result(id, '{}');
    case 'initialize':
      return result(id, initializeResult(served?.serve['initialize'], asked.params?.['protocolVersion']));
    case 'tools/call':
      return toolErrorLine(
        id,
        `${why} The call was not sent. Ask the user to start Catalyst Companion, then try again; this server attaches by itself, nothing here has to be restarted.`,
      );
    default: {
      const empty = EMPTY[asked.method];
      if (empty !== undefined) return result(id, served?.serve[asked.method] ?? empty);
      return errorLine(id, -32000, `${why} Ask the user to start Catalyst Companion, then try again.`);
    }
  }
}

/** The answer to a request that the app had and did not answer before it went away. */
export function lostAnswer(id: string, asked: Asked, served: Served | undefined): string {
  const answeredHere = ['server/discover', 'ping', 'initialize', ...LISTS];
  if (answeredHere.includes(asked.method)) return offlineAnswer(id, asked, served, '');
  const gone = 'Catalyst Companion stopped before an answer came.';
  if (asked.method !== 'tools/call') return errorLine(id, -32000, `${gone} Try again in a moment.`);
  const name = String(asked.params?.['name']);
  if (served?.reads.includes(name))
    return toolErrorLine(id, `${gone} This tool only reads; try again in a moment.`);
  return toolErrorLine(
    id,
    `${gone} The outcome of ${name} is unknown: it may have been carried out. Do not call it again. Check the status first (companion_status, or the back end's own status), and tell the user.`,
  );
}
