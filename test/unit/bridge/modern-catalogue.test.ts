import { describe, expect, it } from 'vitest';
import { aliasesOf, renamed, shownText, withoutHidden } from '../../../electron/core/catalogue/shown.ts';
import { definitionOf } from '../../../electron/core/catalogue/definition.ts';

const HOST = /^[a-zA-Z0-9_-]{1,64}$/;

describe('names for tools that hosts would not take', () => {
  it('are stable, unlike each other, and never a name that is there already', () => {
    const names = ['a.b', 'a/b', 'a b', 'ok', '取引', 'x'.repeat(200), `${'x'.repeat(200)}y`, ' '];
    const aliases = aliasesOf(names);
    expect([...aliases.keys()]).toEqual(names.filter((name) => name !== 'ok'));
    const given = [...aliases.values()];
    expect(new Set(given).size).toBe(given.length);
    expect(given.every((alias) => HOST.test(alias))).toBe(true);
    expect(aliasesOf(['other', 'a/b']).get('a/b')).toBe(aliases.get('a/b'));
    // a server that takes the very name that we would give
    const taken = aliases.get('a.b') ?? '';
    const again = aliasesOf(['a.b', taken]).get('a.b');
    expect(again).not.toBe(taken);
    expect(again).toMatch(HOST);
  });

  it('stand in the definition in place of the own one, every other character as it was', () => {
    const text = '{ "x":1e400,"name" : "a.b","description":"name" }';
    expect(renamed(text, 'a_b')).toBe('{ "x":1e400,"name" : "a_b","description":"name" }');
  });
});

describe('prose of a definition', () => {
  const hidden: [string, string][] = [
    ['tag characters', 'read\u{e0069}\u{e0067}\u{e006e} me'],
    ['bidi', 'read\u202e\u2066\u200f me'],
    ['zero width', 'r\u200bead\u2060\ufeff me'],
    ['terminal colours', '\u001b[31mread\u001b[0m me'],
    ['a terminal title', '\u001b]0;evil\u0007read me'],
    ['a terminal link', '\u001b]8;;http://x\u001b\\read me\u001b]8;;\u001b\\'],
    ['eight-bit controls', '\u009b31mread me'],
    ['controls', 'read\u0000\u0008 me'],
    ['lone surrogates', 'read\ud800 me'],
  ];
  it.each(hidden)('loses %s', (_what, text) => {
    expect(withoutHidden(text)).toBe('read me');
    const definition = JSON.stringify({ name: 'n', description: text });
    expect(JSON.parse(shownText(definition))).toEqual({ name: 'n', description: 'read me' });
  });

  it('keeps what people write', () => {
    const text = 'Größe: 10 €\n\t• 取引 «да» 🚀';
    expect(withoutHidden(text)).toBe(text);
  });

  it('is cleaned wherever it stands; what calls depend on stays, and so do numbers', () => {
    const text =
      '{"name":"n\\u202e","title":"t\\u202e","descri\\u0070tion":"d\\u202e","annotations":{"title":"a\\u202e"},"inputSchema":{"properties":{"k\\u202e":{"description":"p\\u202e","enum":["v\\u202e"],"minimum":1e400,"maximum":9007199254740993}}}}';
    const shown = shownText(text);
    expect(shown).toContain('"minimum":1e400,"maximum":9007199254740993');
    expect(JSON.parse(shown)).toMatchObject({
      name: 'n\u202e',
      title: 't',
      description: 'd',
      annotations: { title: 'a' },
      inputSchema: { properties: { 'k\u202e': { description: 'p', enum: ['v\u202e'] } } },
    });
    // what a person approved is what the server sent
    expect(definitionOf(text)?.hash).not.toBe(definitionOf(shown)?.hash);
  });

  it('without anything hidden is the very text that the server sent', () => {
    const text = '{ "name":"n", "description":"a \\u00e9 b","x":1.0 }';
    expect(shownText(text)).toBe(text);
    expect(shownText('{"uri":"a://b","name":"n\\u200b"}', 'as prose')).toBe('{"uri":"a://b","name":"n"}');
  });
});
