import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Given } from '../../../electron/core/ssh-config/evaluate.ts';
import type { Scene } from './real-ssh.ts';
import { createScene, ourOutcome, realOutcome, sshAvailable, sshMissing } from './real-ssh.ts';
import { CASES } from './golden-cases.ts';

describe.skipIf(!sshAvailable)(`ssh -G agrees (${sshMissing})`, () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await createScene();
  });

  afterAll(async () => {
    await scene.remove();
  });

  it.each(CASES.map((each, i) => ({ ...each, i })))('$i $name', async ({ i, text, aliases, files }) => {
    const name = `case-${i}/config`;
    const others = Object.entries(files ?? {}).map(([file, content]) => [`case-${i}/${file}`, content]);
    const here = (content: string) => content.replaceAll('@', `@/case-${i}`);
    await scene.write({
      [name]: here(text),
      ...Object.fromEntries(others.map(([file, content]) => [file, here(content ?? '')])),
    });
    for (const asked of aliases) {
      const [alias, given]: [string, Given] = typeof asked === 'string' ? [asked, {}] : asked;
      const file = `${scene.dir}/${name}`;
      const real = await realOutcome(file, alias, given);
      expect(await ourOutcome(file, alias, given), `${alias} ${JSON.stringify(given)}\n${text}`).toEqual(
        real,
      );
    }
  });
});
