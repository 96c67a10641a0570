import { describe, expect, it } from 'vitest';
import { PatternError } from '../../../renderer/search/program.ts';
import { Search } from '../../../renderer/search/search.ts';
import { seeded } from '../../helpers/seeded.ts';

const TEXTS = [
  '',
  'a',
  'INFO: 127.0.0.1 - "GET /health HTTP/1.1" 200 OK',
  'Technical analysis failed for AAPL: Event loop is closed',
  'Traceback (most recent call last)\n  File "x.py", line 3\nValueError: bad',
  'été über ßtraße €5',
  'aaaa bbb_ab ab.ab',
  'x1 22 333',
];

describe('searching by expression', () => {
  it.each([
    ['fail(ed|ure)', 3],
    ['^ValueError', 4],
    ['200 OK$', 2],
    ['\\b\\d{3}\\b', 2],
    ['event LOOP', 3],
    ['nowhere', undefined],
    ['event loop', 3],
    ['[é€]', 5],
    ['"GET [^"]*" 2\\d\\d', 2],
    ['(?:ab|\\.)+$', 6],
  ])('%s is found where it stands', (source, index) => {
    const search = new Search(source);
    const found = TEXTS.findIndex((text) => search.test(text));
    expect(found).toBe(index ?? -1);
  });

  it('agrees with the engine of JavaScript on expressions made up at random', () => {
    const random = seeded(7);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
    const atoms = [
      'a',
      'b',
      '.',
      '[ab]',
      '\\d',
      '\\w',
      '[^a]',
      '\\b',
      '^',
      '$',
      ' ',
      'AB',
      '\\.',
      '\\s',
      '_',
    ];
    const make = (depth: number): string => {
      const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
        const atom = depth > 0 && random() < 0.3 ? `(${make(depth - 1)})` : pick(atoms);
        const repeatable = !['\\b', '^', '$'].includes(atom);
        return atom + (repeatable ? pick(['', '', '', '*', '+', '?', '{2}', '{1,3}', '*?']) : '');
      });
      return parts.join('') + (random() < 0.2 ? `|${pick(atoms)}` : '');
    };
    for (let round = 0; round < 2000; round += 1) {
      const source = make(2);
      const native = new RegExp(source, 'im');
      const search = new Search(source);
      // short ones: the engine compared with may take for ever on others
      for (const text of ['', 'a', 'ab ab', 'ba1_', '12.a', 'B\na b', 'é a'])
        expect([source, text, search.test(text)]).toEqual([source, text, native.test(text)]);
    }
  });

  it('takes no longer for an expression made to take for ever', () => {
    const text = `${'a'.repeat(5000)}!`;
    for (const source of ['(a+)+$', '(a|aa)+$', '(.*)*x', '((a*)*)*b', '(a?){60}a{60}$'])
      expect(new Search(source).test(text)).toBe(false);
  });

  it('marks the first place, as long as it is', () => {
    expect(new Search('analysis|fail\\w*').find(TEXTS[3])).toEqual({ start: 10, end: 18 });
    expect(new Search('fail\\w*').find(TEXTS[3])).toEqual({ start: 19, end: 25 });
    expect(new Search('nothing').find(TEXTS[3])).toBeUndefined();
  });

  it.each([
    ['(', 'This is no regular expression: unterminated group.'],
    ['[z-a]', 'This is no regular expression: range out of order in character class.'],
    ['a(?=b)', 'Looking ahead or behind, (?=…), is not searched for.'],
    ['(a)\\1', 'References to a group, \\1, are not searched for.'],
    ['a{1000}', 'More than 200 repetitions are not searched for.'],
    ['(((a{200}){200}){200})', 'This expression is too large to be searched for.'],
  ])('says in words why %s is not searched for', (source, words) => {
    expect(() => new Search(source)).toThrow(new PatternError(words));
  });
});
