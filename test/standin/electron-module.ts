// What `import 'electron'` gives to the built main.js in the stand-in; see start.ts.
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext } from 'playwright-core';
import { ChromiumHost } from './chromium-host.ts';
import type { ElectronDouble } from './double.ts';
import { electronDouble } from './double.ts';

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The stand-in is started without ${name}.`);
  return value;
};
const dist = env('STANDIN_DIST');
const scratch = env('STANDIN_DIR');

let launched: Promise<BrowserContext> | undefined;
/** Started with the first window: a start that is refused needs no browser. */
const browser = (): Promise<BrowserContext> =>
  (launched ??= chromium.launchPersistentContext(path.join(scratch, 'chromium'), {
    executablePath: env('STANDIN_CHROMIUM'),
    viewport: { width: 1180, height: 780 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--allow-file-access-from-files',
      '--disable-background-networking',
    ],
  }));

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** One app per state folder: a file that names the process; a second start leaves its arguments beside it. */
function lock(userData: string): boolean {
  mkdirSync(userData, { recursive: true });
  const file = path.join(userData, 'standin.lock');
  const asked = path.join(userData, 'asked');
  try {
    const fd = openSync(file, 'wx');
    writeSync(fd, String(process.pid));
    closeSync(fd);
  } catch {
    if (!isAlive(Number(readFileSync(file, 'utf8')))) {
      // as Electron's own: who died holds nothing
      rmSync(file, { force: true });
      return lock(userData);
    }
    writeFileSync(path.join(asked, `${process.pid}.json`), JSON.stringify(process.argv));
    return false;
  }
  mkdirSync(asked, { recursive: true });
  process.on('exit', () => rmSync(file, { force: true }));
  const watcher = watch(asked, () => {
    for (const name of readdirSync(asked)) {
      const text = readFileSync(path.join(asked, name), 'utf8');
      if (text === '') continue;
      rmSync(path.join(asked, name));
      double.app.emit('second-instance', {}, JSON.parse(text), '/');
    }
  });
  watcher.unref();
  return true;
}

function exit(code: number): void {
  const end = () => process.exit(code);
  // a page that is just being opened can keep its browser from closing; it goes with the process then
  setTimeout(end, 5_000);
  if (launched) launched.then((context) => context.close()).then(end, end);
  else end();
}

const host = new ChromiumHost(browser, () => double, path.join(dist, 'preload.cjs'));
const double: ElectronDouble = electronDouble({ packaged: false, locked: false, lock, exit, host });

/** The test's questions: a function's text, run here with the double at hand. Its answer, or its error, goes back. */
process.on('message', (message: { id: number; code: string; arg: unknown }) => {
  const run = async (): Promise<unknown> => {
    // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- the test's own code, sent as Playwright sends its own
    const ask = new Function(`return (${message.code})`)() as (at: object, arg: unknown) => unknown;
    return await ask({ double, host }, message.arg);
  };
  run().then(
    (value) => process.send?.({ id: message.id, value }),
    (error: unknown) =>
      process.send?.({ id: message.id, error: error instanceof Error ? error.stack : String(error) }),
  );
});
// a test that was ended hard leaves nothing behind
process.on('disconnect', () => exit(1));
process.channel?.unref();
Object.defineProperty(process, 'resourcesPath', { value: path.join(scratch, 'resources') });

export const {
  app,
  BaseWindow,
  BrowserWindow,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
} = double.electron;
