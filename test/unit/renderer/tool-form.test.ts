import { describe, expect, it } from 'vitest';
import { answerOf, imageSource } from '../../../renderer/views/tools/answer-parts.ts';
import { beginning, fits, formOf, problemsOf } from '../../../renderer/views/tools/schema.ts';
import { parsed, textOf, withMember } from '../../../renderer/views/tools/tree.ts';

const form = (inputSchema: object) => formOf(JSON.stringify({ name: 'x', inputSchema }));
const node = (text: string) => {
  const found = parsed(text);
  if ('problem' in found) throw new Error(found.problem);
  return found.node;
};
const field = (inputSchema: object) => {
  const shape = form({ type: 'object', properties: { a: inputSchema } });
  return shape.kind === 'group' ? shape.fields[0]?.shape : undefined;
};

describe('the form of a tool', () => {
  it('asks first for what is required, with kind, default and what the server says', () => {
    const shape = form({
      type: 'object',
      required: ['symbol'],
      properties: {
        bars: { type: 'integer', minimum: 10, default: 200, description: 'How many' },
        symbol: { type: 'string', format: 'date' },
      },
    });
    expect(shape).toMatchObject({
      kind: 'group',
      fields: [
        { key: 'symbol', required: true, shape: { kind: 'text', hint: 'a date such as 2026-11-21' } },
        {
          key: 'bars',
          required: false,
          fallback: '200',
          description: 'How many',
          shape: { kind: 'number', whole: true, hint: 'at least 10' },
        },
      ],
    });
  });

  it.each([
    ['an optional value', { anyOf: [{ type: 'number' }, { type: 'null' }] }, { kind: 'number' }],
    ['a list of types', { type: ['string', 'null'] }, { kind: 'text' }],
    ['an enum', { enum: ['a', 1] }, { kind: 'choice' }],
    ['constants', { oneOf: [{ const: 'a' }, { const: 'b' }] }, { kind: 'choice' }],
    ['a list', { type: 'array', items: { type: 'boolean' } }, { kind: 'list', item: { kind: 'boolean' } }],
    [
      'several kinds',
      { anyOf: [{ type: 'string' }, { type: 'object', properties: {} }] },
      { kind: 'variants' },
    ],
    ['an open object', { type: 'object' }, { kind: 'raw' }],
    ['nothing known', {}, { kind: 'raw' }],
    ['true', true, { kind: 'raw' }],
  ])('has a field for %s', (_what, schema, expected) => {
    expect(field(schema as object)).toMatchObject(expected);
  });

  it('follows references inside the schema, and ends with circles and deep ones', () => {
    const shape = form({
      $defs: {
        Range: { type: 'object', properties: { from: { $ref: '#/$defs/Day' } } },
        Day: { type: 'string' },
      },
      type: 'object',
      properties: { range: { allOf: [{ $ref: '#/$defs/Range' }], description: 'when' } },
    });
    expect(shape).toMatchObject({
      fields: [{ description: 'when', shape: { kind: 'group', fields: [{ shape: { kind: 'text' } }] } }],
    });
    const circle = {
      $defs: { A: { $ref: '#/$defs/A' } },
      type: 'object',
      properties: { a: { $ref: '#/$defs/A' } },
    };
    expect(form(circle)).toMatchObject({ fields: [{ shape: { kind: 'raw' } }] });
    const tree = { type: 'object', properties: { child: { $ref: '#' } } };
    expect(JSON.stringify(form(tree)).length).toBeLessThan(5_000);
  });

  it('begins with what is required and has a default', () => {
    const shape = form({
      type: 'object',
      required: ['mode', 'symbol'],
      properties: {
        mode: { type: 'string', default: 'normal' },
        symbol: { type: 'string' },
        n: { default: 5 },
      },
    });
    expect(textOf(beginning(shape), 0)).toBe('{"mode":"normal"}');
  });

  it('says what is missing or of another kind', () => {
    const shape = form({
      type: 'object',
      required: ['symbol'],
      properties: {
        symbol: { type: 'string' },
        n: { type: 'integer', maximum: 10 },
        list: { type: 'array', items: { type: 'number' } },
      },
    });
    expect([...problemsOf(shape, node('{"n": 11, "list": [1, "x"]}'))]).toEqual([
      ['symbol', 'is required'],
      ['n', 'must be at most 10'],
      ['list.2', 'is not of the kind that is asked for'],
    ]);
    expect(fits(shape, node('[]'))).toBe(false);
  });

  it('rounds nothing: what is typed is what is sent', () => {
    const text = '{"a":12345678901234567890.10,"b":0.10}';
    expect(textOf(withMember(node(text), 'c', { kind: 'number', text: '1.00' }), 0)).toBe(
      '{"a":12345678901234567890.10,"b":0.10,"c":1.00}',
    );
    expect(parsed('{"a":1,"a":2}')).toHaveProperty('problem');
  });

  it('makes no form of what is no definition', () => {
    expect(formOf('not json').kind).toBe('raw');
    expect(
      formOf('{"inputSchema":{"type":"object","properties":{"__proto__":{"type":"string"}}}}'),
    ).toMatchObject({
      fields: [{ key: '__proto__' }],
    });
  });
});

describe('an answer', () => {
  const result = (json: string) => answerOf(`{"jsonrpc":"2.0","id":1,"result":${json}}`);

  it('is taken apart: text, JSON as a tree, images, links, structured content', () => {
    const parts = result(
      '{"content":[{"type":"text","text":"plain"},{"type":"text","text":"{\\"a\\":1.10}"},{"type":"image","mimeType":"image/png","data":"AAAA"},{"type":"resource_link","uri":"x://y","name":"Y"}],"structuredContent":{"b":2}}',
    ).parts;
    expect(parts.map(({ kind }) => kind)).toEqual(['text', 'json', 'image', 'link', 'json']);
    expect(parts[1]).toMatchObject({ kind: 'json' });
    expect(parts[2]).toMatchObject({ source: 'data:image/png;base64,AAAA' });
  });

  it('draws no image that could carry more than a picture', () => {
    expect(imageSource('image/svg+xml', 'AAAA')).toBeUndefined();
    expect(imageSource('image/png', 'AAAA"><script>')).toBeUndefined();
    expect(imageSource('text/html', 'AAAA')).toBeUndefined();
    expect(
      result('{"content":[{"type":"image","mimeType":"image/svg+xml","data":"AAAA"}]}').parts[0],
    ).toMatchObject({
      kind: 'note',
    });
  });

  it('says that it failed, by the result or by JSON-RPC', () => {
    expect(result('{"content":[],"isError":true}').failed).toBe(true);
    expect(answerOf('{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}')).toMatchObject({
      failed: true,
      error: '-32602: no',
    });
  });

  it('is shown as its text where it cannot be read', () => {
    expect(answerOf('{"result":{"a":1,"a":2}}').parts[0]).toMatchObject({ kind: 'text' });
  });
});
