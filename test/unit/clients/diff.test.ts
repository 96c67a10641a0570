import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../../electron/contract/diff.ts';

describe('unified diff', () => {
  it('is empty when nothing changes', () => expect(unifiedDiff('a\n', 'a\n', 'f')).toBe(''));

  it('shows a change with three lines around it', () => {
    const before = ['1', '2', '3', '4', '5', '6', '7', '8', '9', ''].join('\n');
    expect(unifiedDiff(before, before.replace('5', 'five'), 'f.json')).toBe(
      '--- f.json\n+++ f.json\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    );
  });

  it('names a file that is not there yet, and one that goes', () => {
    expect(unifiedDiff(undefined, '{}\n', 'f')).toBe('--- (no file)\n+++ f\n@@ -0,0 +1 @@\n+{}\n');
    expect(unifiedDiff('{}\n', undefined, 'f')).toBe('--- f\n+++ (no file)\n@@ -1 +0,0 @@\n-{}\n');
  });

  it('tells about a missing last line end', () => {
    expect(unifiedDiff('a', 'a\n', 'f')).toBe(
      '--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n',
    );
  });

  it('makes visible what a screen would hide', () => {
    expect(unifiedDiff('\uFEFFa\n', 'a\u202e\u0007\n', 'f')).toContain('-\\ufeffa\n+a\\u202e\\u0007\n');
  });

  it('never truncates what changes', () => {
    const long = 'x'.repeat(200_000);
    expect(unifiedDiff(`a\n`, `a${long}\n`, 'f').length).toBeGreaterThan(200_000);
    const many = Array.from({ length: 5000 }, (_, i) => `a${i}\n`).join('');
    const other = Array.from({ length: 5000 }, (_, i) => `b${i}\n`).join('');
    expect(unifiedDiff(many, other, 'f').split('\n').length).toBe(10_004);
  });

  it('is understood by git apply', () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'diff-'));
    let seed = 7;
    const next = (n: number) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % n;
    for (let round = 0; round < 40; round++) {
      const before = Array.from({ length: next(40) }, () => `line ${next(6)}\n`);
      const after = before.flatMap((line) => (next(5) === 0 ? [] : next(6) === 0 ? [line, 'new\n'] : [line]));
      if (after.join('') === before.join('') || after.length === 0) continue;
      const file = path.join(dir, 'f');
      fs.writeFileSync(file, before.join(''));
      execFileSync('git', ['apply', '-p0', '-'], {
        cwd: dir,
        input: unifiedDiff(before.join(''), after.join(''), 'f'),
      });
      expect(fs.readFileSync(file, 'utf8')).toBe(after.join(''));
    }
    fs.rmSync(dir, { recursive: true });
  });

  it('shows of a line of megabytes what changed in it, with how much did not', () => {
    const before = `{"a":"${'x'.repeat(3_000_000)}","servers":{},"z":"${'😀'.repeat(10_000)}"}`;
    const after = before.replace('"servers":{}', '"servers":{"catalyst":{"command":"\u202enode"}}');
    const diff = unifiedDiff(before, after, 'f');
    expect(diff.length).toBeLessThan(3_000);
    const [removed, added] = diff.split('\n').filter((line) => /^[-+](?![-+])/.test(line));
    expect(removed).toMatch(
      /^-\[… 2,999,\d{3} characters unchanged …\]x+","servers":\{\},"z":"😀+\[… 19,\d{3} characters unchanged …\]$/u,
    );
    expect(added).toContain('"servers":{"catalyst":{"command":"\\u202enode"}}');
  });

  it('leaves nothing out of a long line that is gone, or new, or changed everywhere', () => {
    const [old, fresh] = ['o'.repeat(9_000), 'n'.repeat(9_000)];
    expect(unifiedDiff(old, undefined, 'f')).toContain(old);
    expect(unifiedDiff(undefined, fresh, 'f')).toContain(fresh);
    const both = unifiedDiff(old, fresh, 'f');
    expect(both).toContain(old);
    expect(both).toContain(fresh);
  });
});
