import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePlace, placeOnScreens } from '../../../electron/shell/bounds.ts';
import { DesktopMemory } from '../../../electron/shell/desktop-memory.ts';
import { windowOptions } from '../../../electron/shell/window-options.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const look = { preload: '/p', packaged: true, icon: '/i', background: '#f6f7f8' };

const screen = (x: number, y: number, width: number, height: number) => ({
  workArea: { x, y, width, height },
});
const main = screen(0, 0, 1920, 1040);
const right = screen(1920, -200, 2560, 1400);
const place = (x: number, y: number, width = 1180, height = 780) => ({
  x,
  y,
  width,
  height,
  maximized: false,
});

describe('where the window opens', () => {
  it('is where it was left, on any screen that is still there', () => {
    expect(placeOnScreens(place(100, 60), [main])).toEqual(place(100, 60));
    expect(placeOnScreens(place(2500, -100), [main, right])).toEqual(place(2500, -100));
    expect(placeOnScreens({ ...place(2500, 0), maximized: true }, [main, right])?.maximized).toBe(true);
  });

  it('is the middle of the main screen when its own was unplugged', () => {
    expect(placeOnScreens(place(2500, 100), [main])).toBeUndefined();
    expect(placeOnScreens(place(0, -5000), [main])).toBeUndefined();
    expect(placeOnScreens(undefined, [main])).toBeUndefined();
    expect(placeOnScreens(place(100, 60), [])).toBeUndefined();
  });

  it('is pushed back onto the screen, where it can be moved and reached', () => {
    expect(placeOnScreens(place(1700, 900), [main])).toEqual(place(740, 260));
    expect(placeOnScreens(place(-1000, 100), [main])).toEqual(place(0, 100));
    // the upper edge alone is what it can be moved by: one that is above every screen is lost
    expect(placeOnScreens(place(100, -700), [main])).toBeUndefined();
  });

  it('fits a smaller screen, as after a change of its scale factor', () => {
    const small = screen(0, 0, 960, 500);
    expect(placeOnScreens(place(40, 20, 1800, 1000), [small])).toEqual(place(0, 0, 960, 500));
    expect(placeOnScreens(place(40, 20, 10, 10), [main])).toBeUndefined();
    expect(placeOnScreens(place(40, 20, 200, 100), [main])).toEqual(place(40, 20, 720, 520));
  });

  it('goes to the screen that most of it was on', () => {
    expect(placeOnScreens(place(1700, 0), [main, right])?.x).toBe(1920);
  });

  it('is given to the window, which has the usual size without', () => {
    expect(windowOptions(look, place(5, 6))).toMatchObject({ x: 5, y: 6, width: 1180 });
    expect(windowOptions(look)).not.toHaveProperty('x');
  });

  it.each([
    '',
    'x',
    '[]',
    'null',
    '{}',
    '{"x":1,"y":2,"width":"9","height":1,"maximized":false}',
    '{"x":1e9,"y":0,"width":1,"height":1,"maximized":false}',
    '{"x":0.5,"y":0,"width":1,"height":1,"maximized":false}',
  ])('takes nothing from a file that says %s', (text) => {
    expect(parsePlace(text)).toBeUndefined();
  });
});

describe('what the desktop remembers', () => {
  let dir: string;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  beforeEach(async () => void (dir = await mkdtemp(path.join(os.tmpdir(), 'memory-'))));
  afterEach(() => rm(dir, { recursive: true }));

  it('is written once the window has come to rest, for this user alone, and read at the next start', async () => {
    const clock = new ManualClock();
    const file = path.join(dir, 'window.json');
    const memory = new DesktopMemory(file, clock, log);
    await memory.load();
    expect([memory.place, memory.explained]).toEqual([undefined, false]);
    for (const x of [1, 2, 3]) {
      memory.setPlace(place(x, 9));
      clock.advance(500);
    }
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    memory.setExplained();
    clock.advance(800);
    await memory.flush();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const later = new DesktopMemory(file, clock, log);
    await later.load();
    expect([later.place, later.explained]).toEqual([place(3, 9), true]);
  });

  it('is written at the end, and a broken file or folder stops nothing', async () => {
    const file = path.join(dir, 'window.json');
    await writeFile(file, '{"x":');
    const memory = new DesktopMemory(file, new ManualClock(), log);
    await memory.load();
    memory.setPlace(place(7, 7));
    await memory.flush();
    expect(parsePlace(await readFile(file, 'utf8'))).toEqual(place(7, 7));
    const warned: string[] = [];
    const nowhere = new DesktopMemory(path.join(file, 'window.json'), new ManualClock(), {
      ...log,
      warn: (message) => warned.push(message),
    });
    nowhere.setPlace(place(1, 1));
    await nowhere.flush();
    expect(warned).toEqual(['the place of the window could not be kept']);
  });
});
