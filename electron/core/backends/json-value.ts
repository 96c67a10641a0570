import type { RpcAnswer } from '../seams.ts';
import { isFields, numberText, parseJson, textOf, type Fields } from './json-text.ts';

/** What a source gave: a value to read, or why there is none. `text` is the answer as received. */
export type Payload =
  { ok: true; value: unknown; text: string } | { ok: false; reason: string; text: string; status?: number };

/** What a reader made of a payload; unknown is a reason, never an empty value. */
export type Read<T> = { ok: true; value: T } | { ok: false; reason: string };

const MAX_REASON = 200;

/** One line of at most 200 characters. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON - 1)}…` : line;
}

/** Words of an error value in any of the envelopes: text, `{error, message}`, `{detail: …}`, a list of those. */
export function errorText(error: unknown): string {
  if (Array.isArray(error)) return error.map(errorText).filter(Boolean).join('; ');
  if (!isFields(error)) return textOf(error) ?? (error === true ? 'it reported an error' : '');
  const words = ['error', 'message', 'msg', 'detail', 'reason']
    .map((key) => errorText(error[key]))
    .filter((word) => word !== '');
  return [...new Set(words)].join(': ');
}

function isFailure(error: unknown): boolean {
  if (error === undefined || error === null || error === false || error === '') return false;
  if (Array.isArray(error)) return error.length > 0;
  return !(isFields(error) && Object.keys(error).length === 0);
}

/**
 * Why a block is a failure, or undefined when it is not one. Servers say it with `error` beside empty data,
 * `success: false`, `isError`, or `status: "error"`, all under HTTP 200 (facts 6.1).
 */
export function failureOf(value: unknown): string | undefined {
  if (!isFields(value)) return undefined;
  if (isFailure(value['error'])) return oneLine(errorText(value)) || 'the server reported an error';
  const failed =
    value['isError'] === true ||
    value['success'] === false ||
    value['success'] === 'false' ||
    value['status'] === 'error';
  if (!failed) return undefined;
  return oneLine(errorText(value) || textOf(value['text']) || '') || 'the server said that it failed';
}

/** JSON in a text, also when it is JSON inside a JSON string; undefined for words. */
function jsonIn(text: string): { value: unknown } | undefined {
  const outer = parseJson(text.replace(/^\uFEFF/, '').trim());
  if (outer && typeof outer.value === 'string') {
    const inner = /^\s*[[{"]/.test(outer.value) ? parseJson(outer.value) : undefined;
    return inner ?? outer;
  }
  return outer;
}

function firstText(parts: unknown): string | undefined {
  if (!Array.isArray(parts)) return undefined;
  for (const part of parts as unknown[]) {
    if (isFields(part) && typeof part['text'] === 'string') return part['text'];
  }
  return undefined;
}

/** FastMCP wraps what is not an object as `{"result": …}`; one key of that name is a wrapper. */
function structured(result: Fields): unknown {
  const value = result['structuredContent'];
  if (!isFields(value)) return undefined;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === 'result' ? value['result'] : value;
}

function settled(value: unknown, text: string): Payload {
  const failure = failureOf(value);
  return failure === undefined ? { ok: true, value, text } : { ok: false, reason: failure, text };
}

function ofText(text: string): Payload {
  const json = jsonIn(text);
  return json ? settled(json.value, text) : { ok: true, value: text, text };
}

/** Takes the value out of an MCP result: `contents` of a resource, `content` or `structuredContent` of a tool. */
export function payloadOfResult(result: unknown): Payload {
  const whole = JSON.stringify(result) ?? '';
  if (!isFields(result)) return { ok: false, reason: 'the server answered without a result', text: whole };
  const text = firstText(result['contents']) ?? firstText(result['content']);
  if (result['isError'] === true) {
    const said = oneLine(text ?? errorText(result));
    return { ok: false, reason: said || 'the server said that it failed', text: text ?? whole };
  }
  // text first when both say the same: it alone keeps the spelling of numbers
  const value = structured(result);
  if (value !== undefined && typeof value === 'object') {
    const json = text === undefined ? undefined : jsonIn(text);
    const same =
      json !== undefined && JSON.stringify(JSON.parse(JSON.stringify(json.value))) === JSON.stringify(value);
    return settled(same ? json.value : value, text ?? JSON.stringify(value));
  }
  if (text === undefined) return { ok: false, reason: 'the server answered without content', text: whole };
  return ofText(text);
}

/**
 * Takes the value out of a JSON-RPC answer. Any error of the protocol means only that the server could not
 * answer: Catalyst v6 answers -32602 "Invalid request parameters" for every failure behind it (facts 0.4).
 */
export function payloadOfAnswer(answer: RpcAnswer): Payload {
  if ('error' in answer) {
    const { code, message } = answer.error;
    return { ok: false, reason: `the server could not answer (error ${code})`, text: message };
  }
  return payloadOfResult(answer.result);
}

function httpReason(status: number, text: string): string {
  const json = jsonIn(text);
  const said = json && isFields(json.value) ? oneLine(errorText(json.value)) : '';
  const words = said || (/^\s*</.test(text) ? '' : oneLine(text));
  return words === '' ? `HTTP ${status}` : `HTTP ${status}: ${words}`;
}

/** Takes the value out of an HTTP answer of a REST service; REST wrappers around MCP results are unwrapped too. */
export function payloadOfHttp(status: number, text: string): Payload {
  if (status < 200 || status >= 300) return { ok: false, reason: httpReason(status, text), text, status };
  const payload = ofText(text);
  if (!payload.ok) return payload;
  if (typeof payload.value === 'string') {
    const html = /^\s*</.test(payload.value);
    return {
      ok: false,
      reason: html ? 'it answered a web page' : `it answered the text "${oneLine(text)}"`,
      text,
    };
  }
  const inner = isFields(payload.value) ? payload.value['result'] : undefined;
  return isFields(inner) && Array.isArray(inner['content']) ? payloadOfResult(inner) : payload;
}

const WRAPPERS = ['data', 'result', 'positions', 'metrics', 'portfolio', 'summary'] as const;

/**
 * The first object or list within three levels of `data`, `result`, `metrics`, … for which `fits` holds
 * (facts 6.2). A failure met on the way ends the search with its reason.
 */
export function unwrap<T>(value: unknown, fits: (value: unknown) => T | undefined): Read<T> {
  let level = [value];
  for (let depth = 0; depth <= 3; depth += 1) {
    const next: unknown[] = [];
    for (const candidate of level) {
      const failure = failureOf(candidate);
      if (failure !== undefined) return { ok: false, reason: failure };
      const found = fits(candidate);
      if (found !== undefined) return { ok: true, value: found };
      if (!isFields(candidate)) continue;
      for (const key of WRAPPERS) if (typeof candidate[key] === 'object') next.push(candidate[key]);
    }
    level = next;
  }
  const words = typeof value === 'string' || numberText(value) !== undefined ? textOf(value) : undefined;
  return {
    ok: false,
    reason:
      words === undefined ? 'the answer has none of the expected fields' : `it answered "${oneLine(words)}"`,
  };
}
