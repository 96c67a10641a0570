import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ContainerList } from '../../../electron/contract/containers.ts';
import type { Reading } from '../../../electron/contract/models.ts';
import { ContainerWatch } from '../../../electron/core/containers/container-watch.ts';
import type { LinkHandle, Transport } from '../../../electron/core/link/transport.ts';
import { silentLog } from '../../../electron/core/ports.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

/** A transport whose command ends when the test says so. */
function slowDocker(service: string) {
  const asked: string[] = [];
  let end: () => void = () => undefined;
  const exec = (command: string) => {
    asked.push(command);
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const exited = new Promise<number>((resolve) => {
      end = () => {
        stdout.end(`${JSON.stringify({ Service: service, State: 'running' })}\n`);
        stdout.on('end', () => resolve(0));
      };
    });
    return Promise.resolve({ stdout, stderr, exited, kill: () => undefined });
  };
  return { transport: { exec } as unknown as Transport, asked, end: () => end() };
}

describe('watching containers', () => {
  it('asks a link that took over while the one before it was still being asked', async () => {
    const [before, after] = [slowDocker('old'), slowDocker('news')];
    let current: Transport | undefined = before.transport;
    let changed: () => void = () => undefined;
    const seen: Reading<ContainerList>[] = [];
    const link = {
      get transport() {
        return current;
      },
      onChange: (listener: () => void) => {
        changed = listener;
        return () => undefined;
      },
      reason: () => 'down',
    } as unknown as LinkHandle;
    const watch = new ContainerWatch({
      profile: () => ({ dir: '~/x' }) as never,
      link,
      clock: new ManualClock(),
      log: silentLog,
      ending: () => ({ next: 'later', reason: 'no' }),
      publish: (list) => seen.push(list),
    });
    watch.start();
    await expect.poll(() => before.asked.length).toBe(1);
    current = after.transport;
    changed();
    before.end();
    await expect.poll(() => after.asked.length).toBe(1);
    after.end();
    await expect
      .poll(() => seen.at(-1))
      .toMatchObject({ state: 'known', value: { rows: [{ service: 'news' }] } });
    expect(JSON.stringify(seen)).not.toContain('"old"');
    watch.stop();
  });
});
