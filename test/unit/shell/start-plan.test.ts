import { describe, expect, it } from 'vitest';
import { chooseNode, chooseShell, insteadLine, lastWords } from '../../../electron/build/start-plan.mjs';
import { png, rasterise } from '../../../electron/build/raster.mjs';
import { trayVariant } from '../../../electron/build/icons.mjs';

const display = { DISPLAY: ':0' };

describe('npm start', () => {
  it('shows the dashboard in the browser where there is no display, and says so in one line', () => {
    for (const hasRuntime of [true, false]) {
      const plan = chooseShell({ platform: 'linux', env: { DISPLAY: '' }, hasRuntime });
      expect(plan.shell).toBe('browser');
    }
    const plan = chooseShell({ platform: 'linux', env: {}, hasRuntime: false });
    expect('why' in plan && insteadLine(plan.why)).toBe(
      'There is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set); showing the dashboard in the browser instead.',
    );
  });

  it('opens the desktop app where it can, and fetches its runtime where that is missing', () => {
    expect(chooseShell({ platform: 'linux', env: display, hasRuntime: true })).toEqual({ shell: 'electron' });
    expect(chooseShell({ platform: 'linux', env: { WAYLAND_DISPLAY: 'w' }, hasRuntime: true })).toEqual({
      shell: 'electron',
    });
    expect(chooseShell({ platform: 'linux', env: display, hasRuntime: false })).toEqual({
      shell: 'download',
    });
    expect(chooseShell({ platform: 'win32', env: {}, hasRuntime: false })).toEqual({ shell: 'download' });
    const skip = { ...display, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' };
    expect(chooseShell({ platform: 'linux', env: skip, hasRuntime: false })).toMatchObject({
      shell: 'browser',
    });
  });

  it('runs on the Node it brings, else on the one at hand if that is new enough', () => {
    expect(chooseNode({ own: '20.20.2', bundled: 'v24.21.0' })).toEqual({ node: 'bundled' });
    expect(chooseNode({ own: '22.18.0', bundled: undefined })).toEqual({ node: 'own' });
    expect(chooseNode({ own: '26.0.0', bundled: undefined })).toEqual({ node: 'own' });
    expect(chooseNode({ own: '20.20.2', bundled: undefined })).toMatchObject({
      problem: expect.stringContaining('npm ci'),
    });
    expect(chooseNode({ own: '18.20.0', bundled: undefined })).toMatchObject({
      problem: expect.stringContaining('too old'),
    });
  });

  it('repeats the telling line of what failed', () => {
    expect(lastWords('x\nRequestError: getaddrinfo ENOTFOUND github.com\n    at foo (bar.js:1:2)\n\n')).toBe(
      'RequestError: getaddrinfo ENOTFOUND github.com',
    );
    expect(lastWords('')).toBe('it said nothing');
  });
});

describe('icons', () => {
  const svg =
    '<svg viewBox="0 0 32 32"><circle cx="16" cy="16" r="12" fill="#1f9d61"/><circle class="sign" cx="16" cy="16" r="4" fill="#ffffff"/></svg>';
  const at = (pixels: Buffer, size: number, x: number, y: number) => [
    ...pixels.subarray((y * size + x) * 4, (y * size + x) * 4 + 4),
  ];

  it('have smooth edges, clear corners and their colours', () => {
    const pixels = rasterise(svg, 32);
    expect(at(pixels, 32, 0, 0)).toEqual([0, 0, 0, 0]);
    expect(at(pixels, 32, 8, 16)).toEqual([0x1f, 0x9d, 0x61, 255]);
    expect(at(pixels, 32, 16, 16)).toEqual([255, 255, 255, 255]);
    const alphas = new Set(pixels.filter((_, i) => i % 4 === 3));
    expect(alphas.size).toBeGreaterThan(4);
  });

  it('show their sign by a hole where macOS knows one colour only', () => {
    const pixels = rasterise(trayVariant(svg, 'template', false), 32);
    expect(at(pixels, 32, 8, 16)).toEqual([0, 0, 0, 255]);
    expect(at(pixels, 32, 16, 16)).toEqual([0, 0, 0, 0]);
  });

  it('have a dot for what waits, set off from the icon', () => {
    const pixels = rasterise(trayVariant(svg, 'dark', true), 32);
    expect(at(pixels, 32, 25, 7)).toEqual([0x2f, 0x7d, 0xe1, 255]);
    expect(at(pixels, 32, 19, 11)[3]).toBeLessThan(255);
  });

  it('are PNG files of the size asked for', () => {
    const file = png(rasterise(svg, 20), 20);
    expect(file.subarray(1, 4).toString()).toBe('PNG');
    expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([20, 20]);
  });
});
