import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contract } from '../../../electron/contract/api.ts';

/** Names that something secret goes by. */
const SECRET = /secret|password|passphrase|token|credential|api.?key|private/i;

/** Every field of a schema, with the way to it. */
function fields(schema: z.core.JSONSchema.BaseSchema | boolean | undefined, at: string): string[] {
  if (typeof schema !== 'object') return [];
  const inside = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => [
    `${at}.${name}`,
    ...fields(one, `${at}.${name}`),
  ]);
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const items = Array.isArray(schema.items) ? schema.items : [schema.items];
  return [
    ...inside,
    ...[...parts, ...items, schema.additionalProperties].flatMap((one) => fields(one, at)),
    ...Object.values(schema.$defs ?? {}).flatMap((one) => fields(one, at)),
  ];
}

/** The schemas of all calls, by their names. Those that are checked by type alone carry none. */
function schemas(node: any, at = ''): [name: string, input: unknown, output: unknown][] {
  const call = node['~orpc'];
  if (call) return [[at, call.inputSchema, call.outputSchema]];
  return Object.entries(node).flatMap(([name, one]) => schemas(one, at === '' ? name : `${at}.${name}`));
}

const named = (schema: unknown, io: 'input' | 'output', at: string) =>
  schema instanceof z.ZodType ? fields(z.toJSONSchema(schema, { io, unrepresentable: 'any' }), at) : [];

describe('the calls', () => {
  const all = schemas(contract);

  it('take secrets', () => {
    const taken = all
      .flatMap(([name, input]) => named(input, 'input', name))
      .filter((one) => SECRET.test(one));
    expect(taken).toContain('profiles.setSecret.value');
  });

  it('give none back but the token of a local endpoint, once, and what a change that was shown is known by', () => {
    expect(all.length).toBeGreaterThan(50);
    const given = all.flatMap(([name, , output]) => named(output, 'output', name));
    expect(given.length).toBeGreaterThan(100);
    const suspects = given.filter((one) => SECRET.test(one.split('.').at(-1) ?? ''));
    // the name of a header, not what is sent in it
    expect(suspects.filter((one) => !one.endsWith('.apiKeyHeader')).toSorted()).toEqual([
      'clients.apply.token',
      'clients.preview.token',
      'endpoint.open.token',
      'settings.previewImport.token',
    ]);
  });
});
