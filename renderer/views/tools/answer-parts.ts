import type { JsonNode } from '../../../electron/contract/json-text.ts';
import { itemsIn, member, parsed, stringIn } from './tree.ts';

/** One part of an answer, as it can be shown. Everything in it is a stranger's. */
export type AnswerPart =
  | { kind: 'text'; text: string; label: string }
  | { kind: 'json'; node: JsonNode; label: string }
  | { kind: 'image'; source: string; label: string }
  | { kind: 'link'; uri: string; label: string }
  | { kind: 'note'; text: string };

export interface Answer {
  /** The server, or the guard, said that it went wrong. */
  failed: boolean;
  /** The JSON-RPC error's code and message, where it is one. */
  error: string | null;
  parts: readonly AnswerPart[];
}

/** Raster formats that carry no script; an SVG is shown as its text. */
const IMAGES = /^image\/(?:png|jpeg|gif|webp)$/;
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
/** A larger image is not drawn, characters of base64. */
const IMAGE_MAX = 4_000_000;

function sizeText(base64: string): string {
  return `${Math.max(1, Math.round((base64.length * 3) / 4 / 1024))} kB`;
}

/** A data URL for an image that is safe to draw; undefined for all else. */
export function imageSource(mimeType: string, data: string): string | undefined {
  if (!IMAGES.test(mimeType) || data.length > IMAGE_MAX || !BASE64.test(data)) return undefined;
  return `data:${mimeType};base64,${data.replaceAll(/\s/g, '')}`;
}

function textPart(text: string, label: string): AnswerPart {
  const found = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
  return found !== undefined && 'node' in found
    ? { kind: 'json', node: found.node, label }
    : { kind: 'text', text, label };
}

function blobPart(mimeType: string, data: string, label: string): AnswerPart {
  const source = imageSource(mimeType, data);
  if (source !== undefined) return { kind: 'image', source, label };
  return { kind: 'note', text: `${label}: ${mimeType || 'unnamed kind'}, ${sizeText(data)}, not shown` };
}

/** Contents of a resource, alone or inside a result. */
function contentsPart(one: JsonNode | undefined): AnswerPart {
  const uri = stringIn(one, 'uri') ?? 'resource';
  const text = stringIn(one, 'text');
  if (text !== undefined) return textPart(text, uri);
  return blobPart(stringIn(one, 'mimeType') ?? '', stringIn(one, 'blob') ?? '', uri);
}

function contentPart(one: JsonNode, label = ''): AnswerPart {
  switch (stringIn(one, 'type') ?? '') {
    case 'text':
      return textPart(stringIn(one, 'text') ?? '', label);
    case 'image':
    case 'audio':
      return blobPart(stringIn(one, 'mimeType') ?? '', stringIn(one, 'data') ?? '', label || 'image');
    case 'resource':
      return contentsPart(member(one, 'resource'));
    case 'resource_link': {
      const uri = stringIn(one, 'uri') ?? '';
      return { kind: 'link', uri, label: stringIn(one, 'title') ?? stringIn(one, 'name') ?? uri };
    }
    default:
      return { kind: 'json', node: one, label };
  }
}

function messagePart(one: JsonNode): AnswerPart {
  const content = member(one, 'content');
  const label = stringIn(one, 'role') ?? 'message';
  return content === undefined ? { kind: 'json', node: one, label } : contentPart(content, label);
}

function resultParts(result: JsonNode): AnswerPart[] {
  const structured = member(result, 'structuredContent');
  const parts = [
    ...itemsIn(result, 'content').map((one) => contentPart(one)),
    ...itemsIn(result, 'contents').map((one) => contentsPart(one)),
    ...itemsIn(result, 'messages').map((one) => messagePart(one)),
  ];
  if (structured !== undefined && structured.kind !== 'literal')
    parts.push({ kind: 'json', node: structured, label: 'Structured content' });
  return parts.length > 0 ? parts : [{ kind: 'json', node: result, label: '' }];
}

/** An answer's text taken apart for showing; what cannot be read is shown as the text it is. */
export function answerOf(text: string): Answer {
  const found = parsed(text);
  if ('problem' in found) return { failed: false, error: null, parts: [{ kind: 'text', text, label: '' }] };
  const error = member(found.node, 'error');
  if (error !== undefined) {
    const code = member(error, 'code');
    const data = member(error, 'data');
    return {
      failed: true,
      error: `${code?.kind === 'number' ? `${code.text}: ` : ''}${stringIn(error, 'message') ?? ''}`,
      parts: data === undefined ? [] : [{ kind: 'json', node: data, label: 'Data of the error' }],
    };
  }
  const result = member(found.node, 'result') ?? found.node;
  const flag = member(result, 'isError');
  return {
    failed: flag?.kind === 'literal' && flag.text === 'true',
    error: null,
    parts: resultParts(result),
  };
}
