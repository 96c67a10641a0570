import type { RpcAnswer } from '../seams.ts';
import { visible } from './visible.ts';

function said(answer: RpcAnswer): string {
  if ('error' in answer) return `error ${answer.error.code}: ${answer.error.message}`;
  const { content, structuredContent } = (answer.result ?? {}) as {
    content?: unknown;
    structuredContent?: unknown;
  };
  const texts = (Array.isArray(content) ? content : []).flatMap((part: unknown) => {
    const text = (part as { text?: unknown } | null)?.text;
    return typeof text === 'string' ? [text] : [];
  });
  return (texts.join('\n') || JSON.stringify(structuredContent ?? answer.result)).slice(0, 2_000);
}

/** What an MCP answer says, as text of at most 2,000 characters that hides nothing. */
export function answerText(answer: RpcAnswer): string {
  return visible(said(answer));
}

const TURNED_AWAY = new Set(['MCP_NOT_FOUND', 'MCP_SESSION_LOST', 'RATE_LIMITED']);

/** True where the error says that nothing can have arrived; a lost link or a time-out says no such thing. */
export function neverLeft(code: string): boolean {
  return (
    (code.startsWith('LINK_') && code !== 'LINK_LOST' && code !== 'LINK_TIMEOUT') || TURNED_AWAY.has(code)
  );
}
