import { APP_ORIGIN } from './channel.ts';

/**
 * Switches with which a start of the packaged app ends at once: they open a debugger, weaken the sandbox or the
 * web's rules, reroute traffic, write logs with page content, or move the single-instance lock elsewhere.
 */
const REFUSED_SWITCHES = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'inspect',
  'inspect-brk',
  'inspect-port',
  'inspect-wait',
  'inspect-publish-uid',
  'js-flags',
  'load-extension',
  'disable-extensions-except',
  'disable-web-security',
  'disable-site-isolation-trials',
  'no-sandbox',
  'disable-setuid-sandbox',
  'disable-namespace-sandbox',
  'disable-seccomp-filter-sandbox',
  'allow-running-insecure-content',
  'allow-file-access-from-files',
  'unsafely-treat-insecure-origin-as-secure',
  'use-mock-keychain',
  'single-process',
  'proxy-server',
  'proxy-pac-url',
  'host-rules',
  'host-resolver-rules',
  'ignore-certificate-errors',
  'ignore-certificate-errors-spki-list',
  'user-data-dir',
  'enable-logging',
  'log-file',
  'log-net-log',
  'ssl-key-log-file',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
] as const;

/** The same by the environment: Chromium's log would hold what pages write to their console, readable to anybody. */
const REFUSED_VARIABLES = ['ELECTRON_ENABLE_LOGGING', 'ELECTRON_LOG_FILE'] as const;

/** The first variable with which a start of the packaged app ends at once. */
export function refusedVariable(env: NodeJS.ProcessEnv): string | undefined {
  return REFUSED_VARIABLES.find((name) => env[name] !== undefined);
}

/** What Playwright starts an app with. */
const INSPECTION: readonly string[] = ['inspect', 'remote-debugging-port'];

/**
 * The refused switches of a start, from Chromium's reading and from the raw arguments (`--x`, `-x`, `/x` on Windows).
 * `inspected`: Node's inspector is open. A shipped pack has it shut by a fuse, whatever the switches say, so this is
 * the pack for the tests, which is driven by just that.
 */
export function refusedSwitches(
  argv: readonly string[],
  hasSwitch: (name: string) => boolean,
  platform: string,
  inspected = false,
): string[] {
  const prefix = platform === 'win32' ? /^(--?|\/)/ : /^--?/;
  const given = argv.map((argument) =>
    prefix.test(argument) ? argument.replace(prefix, '').split('=')[0]?.toLowerCase() : undefined,
  );
  const refused = REFUSED_SWITCHES.filter((name) => !inspected || !INSPECTION.includes(name));
  return refused.filter((name) => hasSwitch(name) || given.includes(name));
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Whether a URL is our page. WHATWG gives custom schemes an opaque origin, so host and scheme are compared. */
export function isAppUrl(text: string): boolean {
  const url = parsed(text);
  return (
    url !== undefined &&
    `${url.protocol}//${url.host}` === APP_ORIGIN &&
    url.username === '' &&
    url.password === ''
  );
}

/** Whether the page made this itself, e.g. an export of the audit trail; where it goes is asked in a dialog. */
export function maySave(url: string): boolean {
  return url.startsWith(`blob:${APP_ORIGIN}/`);
}

/**
 * The one permission of our page: to put text on the clipboard, which Chromium lets it do after a click only. Asked by
 * Electron for `navigator.clipboard.writeText`; reading the clipboard is another permission.
 */
export function mayUse(permission: string, asker: string): boolean {
  return permission === 'clipboard-sanitized-write' && isAppUrl(asker);
}

/** What a page may request: its own files, and what it made itself. Developer tools are a page of their own. */
export function mayLoad(url: string): boolean {
  return isAppUrl(url) || maySave(url) || /^(?:data|devtools):/.test(url);
}

/** The page never navigates: its routes are in the fragment. Only a reload of itself is let through. */
export function mayNavigate(to: string, isMainFrame: boolean): boolean {
  const url = parsed(to);
  return isMainFrame && isAppUrl(to) && (url?.pathname === '/' || url?.pathname === '/index.html');
}

/** Hosts whose pages may be opened in the user's browser; the rest is not opened at all. */
const OPENABLE_HOSTS = ['claude.ai', 'modelcontextprotocol.io', 'github.com'];

/** The URL as it may go to the system's browser, else undefined. Always the re-serialised form, never the given text. */
export function openableUrl(text: string): string | undefined {
  const url = parsed(text);
  if (!url || text.length > 2048 || url.protocol !== 'https:' || url.username !== '' || url.password !== '')
    return undefined;
  return url.port === '' && OPENABLE_HOSTS.includes(url.hostname) ? url.href : undefined;
}

/** Who sent a message, as Electron tells it. */
interface Sender {
  /** Null when the frame has navigated or is gone. */
  frame: { readonly url: string } | null;
  senderId: number;
}

/** A window that may talk to the app: the dashboard's, and the one for consent. */
export interface TrustedWindow {
  mainFrame: { readonly url: string };
  id: number;
}

/** Only the main frame of one of our own windows, and only while our own page is in it. */
export function isTrustedSender(sender: Sender, windows: readonly TrustedWindow[]): boolean {
  const window = windows.find(({ id }) => id === sender.senderId);
  return (
    window !== undefined &&
    sender.frame !== null &&
    sender.frame === window.mainFrame &&
    isAppUrl(sender.frame.url)
  );
}

/** What a second start may ask for. Its arguments come from anywhere: all but `--show` and `--hidden` is ignored. */
export function secondStart(argv: readonly string[]): 'show' | 'nothing' {
  return argv.includes('--hidden') && !argv.includes('--show') ? 'nothing' : 'show';
}
