import { completeResult } from '../../../stub/era.ts';
import { members } from '../../../stub/envelope.ts';
import { includesAcross, joined, sliced } from '../pieces.ts';
import type { Received } from '../reply.ts';
import { parsed, receive, textOf } from '../reply.ts';

/** How an answer is written for a client of one era. */
export interface ResultForm {
  /** A result of ours; both are JSON text. */
  own(text: string, method: string): string;
  /** The back end's answer, in pieces as it came. */
  theirs(answer: Received, method: string): Received;
  /** The code of an error that is ours. */
  failure: -32000 | -32603;
}

/** What a message can begin with; behind it the result's first member follows. */
const RESULT = /^\{(?:"jsonrpc":"2\.0",)?(?:"id":(?:\d{1,16}),)?(?:"jsonrpc":"2\.0",)?"result":\{/;
const EDGE = 120;

/**
 * The form of 2026-07-28. What a back end of that era answered passes unchanged; what one of an earlier era answered
 * gets the members that are required now, at the beginning, and an error code that this era knows.
 */
export function modernForm(serverInfo: () => string, isModernServer: () => boolean): ResultForm {
  return {
    own: (text, method) => completeResult(text, method, serverInfo()),
    theirs: (answer, method) => (isModernServer() ? answer : completed(answer, method)),
    // codes from -32000 to -32019 are no longer to be used (2026-07-28, error codes)
    failure: -32603,
  };
}

function completed(answer: Received, method: string): Received {
  const error = answer.value?.['error'] as { code?: unknown; message?: unknown; data?: unknown } | undefined;
  if (error) return withKnownCode(answer, error);
  const at = resultStart(answer);
  if (at === undefined) return answer;
  const isEmpty = joined(sliced(answer.bytes, at, at + EDGE))
    .toString('latin1')
    .trimStart()
    .startsWith('}');
  const added = completeResult('{}', method).slice(1, -1);
  return inserted(answer, at, isEmpty ? added : `${added},`);
}

/** Where the first member of the result stands; undefined where nothing is to be added. */
function resultStart(answer: Received): number | undefined {
  const { value } = answer;
  if (value) {
    const result = value['result'];
    if (typeof result !== 'object' || result === null || 'resultType' in result) return undefined;
  } else if (includesAcross(answer.bytes, '"resultType"') && saysType(answer)) return undefined;
  const head = RESULT.exec(joined(sliced(answer.bytes, 0, EDGE)).toString('latin1'));
  if (head) return head[0].length;
  const text = textOf(answer);
  const span = members(text).get('result');
  if (!span || text[span.start] !== '{') return undefined;
  return Buffer.byteLength(text.slice(0, span.start)) + 1;
}

function saysType(answer: Received): boolean {
  const result = parsed(answer)?.['result'];
  return typeof result === 'object' && result !== null && 'resultType' in result;
}

function inserted(answer: Received, at: number, text: string): Received {
  const added = Buffer.from(text);
  const shift = at <= answer.idStart ? added.length : 0;
  return {
    ...answer,
    bytes: [...sliced(answer.bytes, 0, at), added, ...sliced(answer.bytes, at)],
    size: answer.size + added.length,
    idStart: answer.idStart + shift,
    idEnd: answer.idEnd + shift,
    value: undefined,
  };
}

/** -32020 to -32099 mean what the specification says; a server of an earlier era cannot have meant that. */
function withKnownCode(
  answer: Received,
  error: { code?: unknown; message?: unknown; data?: unknown },
): Received {
  const { code } = error;
  const isReserved = typeof code === 'number' && code <= -32020 && code >= -32099;
  if (!isReserved) return answer;
  const mapped = { ...error, code: -32603 };
  return receive([Buffer.from(`{"jsonrpc":"2.0","id":0,"error":${JSON.stringify(mapped)}}`)]) ?? answer;
}
