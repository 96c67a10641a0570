import fs from 'node:fs';
import path from 'node:path';
import {
  acknowledgedLine,
  claimOf,
  completeResult,
  discoverResult,
  faultLine,
  filterOf,
  modernList,
  serverInfoText,
} from './era.ts';
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
  /** Names of tools that stop something: their lost calls may be made again too. */
  stops: string[];
}

/** Reads the saved catalogue; undefined when there is none or it cannot be read. */
export function readServed(home: string, profile: string): Served | undefined {
  try {
    const text = fs.readFileSync(path.join(home, 'catalogue', `${profile}.json`), 'utf8');
    const file = JSON.parse(text) as Partial<Served>;
    if (typeof file.revision !== 'string' || typeof file.serve !== 'object') return undefined;
    return { revision: file.revision, serve: file.serve, reads: file.reads ?? [], stops: file.stops ?? [] };
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

export interface Asked {
  method: string;
  params: Record<string, unknown> | undefined;
  /** Whether it has to be answered in the form of 2026-07-28. */
  isModern: boolean;
}

function toolErrorLine(id: string, { isModern, method }: Asked, text: string): string {
  const failed = JSON.stringify({ content: [{ type: 'text', text }], isError: true });
  return result(id, isModern ? completeResult(failed, method) : failed);
}

/** Codes from -32000 to -32019 are no longer to be used in the modern era. */
const failureLine = (id: string, { isModern }: Asked, message: string) =>
  errorLine(id, isModern ? -32603 : -32000, message);

/**
 * The answer to a request while the app is away. `why` is one sentence on that.
 */
export function offlineAnswer(id: string, asked: Asked, served: Served | undefined, why: string): string {
  const claim = asked.isModern ? claimOf(asked.method, asked.params) : undefined;
  if (claim && 'code' in claim) return faultLine(id, claim);
  return usableAnswer(id, asked, served, why);
}

function usableAnswer(id: string, asked: Asked, served: Served | undefined, why: string): string {
  const { method, params, isModern } = asked;
  const saved = served?.serve['initialize'];
  switch (method) {
    case 'server/discover':
      return result(id, discoverResult(saved));
    case 'subscriptions/listen':
      if (!isModern) break;
      return offlineListen(id, params, saved);
    case 'ping':
      return result(id, '{}');
    case 'initialize':
      return result(id, initializeResult(saved, params?.['protocolVersion']));
    case 'tools/call':
      return offlineCall(id, asked, served, why);
    default: {
      const empty = EMPTY[method];
      if (empty === undefined) break;
      const serve = served?.serve ?? {};
      if (!isModern) return result(id, serve[method] ?? empty);
      return result(id, completeResult(modernList(serve, method) ?? empty, method, serverInfoText(saved)));
    }
  }
  return failureLine(id, asked, `${why} Ask the user to start Catalyst Companion, then try again.`);
}

function offlineListen(id: string, params: Asked['params'], saved: string | undefined): string {
  const filter = filterOf(params, saved);
  if (filter) return acknowledgedLine(id, filter);
  return errorLine(id, -32602, 'Invalid params: notifications is no subscription filter');
}

function offlineCall(id: string, asked: Asked, served: Served | undefined, why: string): string {
  const { params } = asked;
  // it goes on with a call that was sent before the app went away
  if (params?.['requestState'] !== undefined && !served?.reads.includes(String(params['name'])))
    return unknownLine(id, asked, served, why);
  return toolErrorLine(
    id,
    asked,
    `${why} The call was not sent. Ask the user to start Catalyst Companion, then try again; this server attaches by itself, nothing here has to be restarted.`,
  );
}

function unknownLine(id: string, asked: Asked, served: Served | undefined, why: string): string {
  const name = String(asked.params?.['name']);
  const known = `${why} The outcome of ${name} is unknown: it may have been carried out.`;
  const check = `Check the status first (companion_status, or the back end's own status), and tell the user.`;
  // being stopped is a state: to stop twice costs nothing
  const words = served?.stops.includes(name)
    ? `${known} ${check} While trading still runs, ${name} may be called again.`
    : `${known} Do not call it again. ${check}`;
  return toolErrorLine(id, asked, words);
}

/** The answer to a request that the app had and did not answer before it went away. */
export function lostAnswer(id: string, asked: Asked, served: Served | undefined): string {
  const answeredHere = ['server/discover', 'ping', 'initialize', ...LISTS];
  if (answeredHere.includes(asked.method)) return offlineAnswer(id, asked, served, '');
  const gone = 'Catalyst Companion stopped before an answer came.';
  if (asked.method !== 'tools/call') return failureLine(id, asked, `${gone} Try again in a moment.`);
  if (served?.reads.includes(String(asked.params?.['name'])))
    return toolErrorLine(id, asked, `${gone} This tool only reads; try again in a moment.`);
  return unknownLine(id, asked, served, gone);
}
