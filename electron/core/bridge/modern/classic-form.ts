import { members } from '../../../stub/envelope.ts';
import { withMembers } from '../../catalogue/classic-tools.ts';
import { includesAcross } from '../pieces.ts';
import type { Received } from '../reply.ts';
import { parsed, receive, textOf } from '../reply.ts';
import type { ResultForm } from './result-form.ts';

/**
 * The form of the earlier eras. What a back end of the modern era may say and they may not is taken out: there
 * `structuredContent` is an object, and their clients refuse an answer with another value (2026-07-28, changelog).
 */
export function classicForm(isModernServer: () => boolean): ResultForm {
  return {
    own: (text) => text,
    theirs: (answer, method) =>
      method === 'tools/call' && isModernServer() ? classicAnswer(answer) : answer,
    failure: -32000,
  };
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function classicAnswer(answer: Received): Received {
  if (!answer.value && !includesAcross(answer.bytes, '"structuredContent"')) return answer;
  const result = parsed(answer)?.['result'] as { structuredContent?: unknown; content?: unknown } | undefined;
  if (!result || result.structuredContent === undefined || isObject(result.structuredContent)) return answer;
  const text = textOf(answer);
  const span = members(text).get('result');
  const value = span && members(text, span.start).get('structuredContent');
  if (!span || !value) return answer;
  const said = JSON.stringify(text.slice(value.start, value.end));
  const isEmpty = !Array.isArray(result.content) || result.content.length === 0;
  const content = isEmpty ? { content: `[{"type":"text","text":${said}}]` } : {};
  return (
    receive([Buffer.from(withMembers(text, span, { structuredContent: undefined, ...content }))]) ?? answer
  );
}
