import { describe, expect, it } from 'vitest';
import { EraMemory, isModernError, rpcErrorOf } from '../../../electron/core/bridge/upstream/era.ts';
import {
  introduced,
  outgoing,
  standardHeaders,
  withMeta,
  withOtherId,
  withParams,
  withoutMeta,
} from '../../../electron/core/bridge/upstream/modern-body.ts';
import {
  headerValue,
  paramHeaderValues,
  paramHeaders,
} from '../../../electron/core/bridge/upstream/param-headers.ts';

const META = 'io.modelcontextprotocol/';
const WHO = { clientInfo: '{"name":"é"}', clientCapabilities: '{"n":1.0}', logLevel: undefined };
const ADDED = `"${META}protocolVersion":"2026-07-28","${META}clientInfo":{"name":"é"},"${META}clientCapabilities":{"n":1.0}`;

describe('_meta', () => {
  it.each([
    ['{"id":1,"method":"m"}', `{"id":1,"method":"m","params":{"_meta":{${ADDED}}}}`],
    ['{"id":1,"method":"m"} ', `{"id":1,"method":"m","params":{"_meta":{${ADDED}}}}`],
    ['{"params":{ },"method":"m"}', `{"params":{"_meta":{${ADDED}} },"method":"m"}`],
    ['{"params":{"a":1.0},"method":"m"}', `{"params":{"_meta":{${ADDED}},"a":1.0},"method":"m"}`],
    ['{"params":{"_meta":null,"a":1}}', `{"params":{"_meta":{${ADDED}},"a":1}}`],
    ['{"params":{"a":1,"_meta":{}}}', `{"params":{"a":1,"_meta":{${ADDED}}}}`],
    ['{"params":{"_meta":{"x":"}"},"a":"_meta"}}', `{"params":{"_meta":{${ADDED},"x":"}"},"a":"_meta"}}`],
  ])('is added to %s', (before, after) => {
    expect(withMeta(outgoing(before), WHO)).toBe(after);
  });

  it('keeps what the client says of itself', () => {
    const body = `{"method":"m","params":{"_meta":{"${META}clientInfo":1,"${META}logLevel":"info"}}}`;
    const text = withMeta(outgoing(body), { ...WHO, logLevel: '"debug"' });
    expect(JSON.parse(text)).toEqual({
      method: 'm',
      params: {
        _meta: {
          [`${META}protocolVersion`]: '2026-07-28',
          [`${META}clientCapabilities`]: { n: 1 },
          [`${META}clientInfo`]: 1,
          [`${META}logLevel`]: 'info',
        },
      },
    });
  });

  it('loses what a server of the earlier eras has no use for, and that alone', () => {
    const meta = `{"progressToken":1.50,"${META}protocolVersion":"2026-07-28","${META}clientInfo":{},"${META}related-task":{"a":1.0}}`;
    expect(withoutMeta(outgoing(`{"params":{"_meta":${meta},"n":1e2}}`))).toBe(
      `{"params":{"_meta":{"progressToken":1.50,"${META}related-task":{"a":1.0}},"n":1e2}}`,
    );
    expect(withoutMeta(outgoing('{"params":{"n":1e2}}'))).toBe('{"params":{"n":1e2}}');
  });

  it('goes altogether where nothing else was in it', () => {
    const meta = `"_meta":{"${META}protocolVersion":"2026-07-28","${META}clientInfo":{}}`;
    expect(withoutMeta(outgoing(`{"params":{ ${meta} ,"n":1e2},"id":1}`))).toBe(
      '{"params":{"n":1e2},"id":1}',
    );
    expect(withoutMeta(outgoing(`{"params":{${meta}},"id":1}`))).toBe('{"params":{},"id":1}');
  });

  it('tells the eras apart by the version that it names', () => {
    expect(outgoing(`{"params":{"_meta":{"${META}protocolVersion":"x"}}}`).version).toBe('x');
    expect(outgoing(`{"params":{"_meta":{"${META}protocolVersion":1}}}`).version).toBeUndefined();
    expect(outgoing('{"params":{"_meta":null}}').version).toBeUndefined();
  });
});

describe('the next round of a request', () => {
  it('has the answers and the state instead of older ones', () => {
    const body = '{"id":1,"params":{"requestState":"old","inputResponses":{},"arguments":{"n":1.0}}}';
    const next = withParams(body, { inputResponses: '{"a":1}', requestState: '"\\u00e9"' });
    expect(next).toBe(
      '{"id":1,"params":{"arguments":{"n":1.0},"inputResponses":{"a":1},"requestState":"\\u00e9"}}',
    );
    expect(withOtherId(outgoing(next), 7).startsWith('{"id":7,')).toBe(true);
    expect(withParams(body, { inputResponses: undefined, requestState: undefined })).toBe(
      '{"id":1,"params":{"arguments":{"n":1.0}}}',
    );
  });
});

describe('who the client is', () => {
  it('is said as it was introduced', () => {
    const initialize = '{"params":{"capabilities":{"x":1.0},"clientInfo":{"name":"\\u00e9"}}}';
    expect(introduced(initialize)).toEqual({
      clientInfo: '{"name":"\\u00e9"}',
      clientCapabilities: '{"x":1.0}',
    });
    expect(introduced('{}').clientCapabilities).toBe('{}');
  });
});

describe('headers', () => {
  it.each([
    ['us-west1', 'us-west1'],
    ['a\tb c', 'a\tb c'],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['a\r\nX-Evil: 1', '=?base64?YQ0KWC1FdmlsOiAx?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['', '=?base64??='],
  ])('carry %j as %s', (value, header) => {
    expect(headerValue(value)).toBe(header);
  });

  it.each([
    ['tools/call', { name: 'n', uri: 'u' }, 'n'],
    ['prompts/get', { name: 'n' }, 'n'],
    ['resources/read', { name: 'n', uri: 'u' }, 'u'],
    ['resources/subscribe', { uri: 'u' }, undefined],
    ['tools/call', { name: 1 }, undefined],
  ])('name what %s is about', (method, params, name) => {
    const headers = standardHeaders(outgoing(JSON.stringify({ method, params })));
    expect(headers['mcp-method']).toBe(method);
    expect(headers['mcp-name']).toBe(name);
  });

  it('hold no line break that a client put into a version', () => {
    const version = 'x\r\nX-Evil: 1';
    const body = JSON.stringify({ method: 'm', params: { _meta: { [`${META}protocolVersion`]: version } } });
    expect(standardHeaders(outgoing(body))['mcp-protocol-version']).toMatch(/^=\?base64\?/);
  });

  it('take the values of marked parameters, and none that is not there', () => {
    const marks = paramHeaders({
      properties: {
        a: { type: 'string', 'x-mcp-header': 'A' },
        b: { properties: { c: { type: 'integer', 'x-mcp-header': 'C' } } },
        'x-mcp-header': { type: 'string' },
        constructor: { type: 'string', 'x-mcp-header': 'K' },
      },
    });
    expect(paramHeaderValues(marks, { a: 'x', b: { c: 3 } })).toEqual({
      'mcp-param-A': 'x',
      'mcp-param-C': '3',
    });
    expect(paramHeaderValues(marks, { a: null, b: 'x' })).toEqual({});
    expect(paramHeaderValues(marks, { a: { deep: 1 }, b: { c: 2 ** 60 } })).toEqual({});
    expect(paramHeaderValues(marks, undefined)).toEqual({});
  });

  it.each([
    ['the schema itself', { 'x-mcp-header': 'A', type: 'string' }],
    ['a list of schemas', { oneOf: [{ properties: { a: { type: 'string', 'x-mcp-header': 'A' } } }] }],
    ['a named schema', { $defs: { a: { type: 'string', 'x-mcp-header': 'A' } } }],
    ['a number', { properties: { a: { type: 'number', 'x-mcp-header': 'A' } } }],
    ['an object', { properties: { a: { type: 'object', 'x-mcp-header': 'A' } } }],
    ['an empty name', { properties: { a: { type: 'string', 'x-mcp-header': '' } } }],
    ['a line break', { properties: { a: { type: 'string', 'x-mcp-header': 'A\r\nB' } } }],
    ['no name', { properties: { a: { type: 'string', 'x-mcp-header': 1 } } }],
  ])('refuse a mark on %s', (_what, schema) => {
    expect(() => paramHeaders(schema)).toThrow('x-mcp-header');
  });
});

describe('what is known of a back end', () => {
  const url = (n: number) => new URL(`http://127.0.0.1:${n + 1}/mcp`);

  it('is kept by address, for the last ones', () => {
    const eras = new EraMemory();
    for (let n = 0; n < 30; n++) eras.learn(url(n), { legacy: 'sse' });
    expect(eras.of(url(0))).toEqual({});
    expect(eras.of(url(29))).toEqual({ legacy: 'sse' });
    eras.learn(url(29), { modern: null });
    expect(eras.of(url(29))).toEqual({ legacy: 'sse', modern: null });
    // a server that was restarted may have what it had not
    eras.restarted(url(29));
    expect(eras.of(url(29))).toEqual({ legacy: 'sse' });
    eras.forget(url(29));
    expect(eras.of(url(29))).toEqual({});
  });

  it('is not told by other errors than those of the modern era', () => {
    expect([-32020, -32021, -32022].every((code) => isModernError({ code }))).toBe(true);
    expect([-32601, -32602, -32000, '-32022', undefined].some((code) => isModernError({ code }))).toBe(false);
    for (const body of ['', '<h1>', 'null', '[]', '{"error":"no"}', '{"error":null}'])
      expect(rpcErrorOf(body)).toBeUndefined();
  });
});
