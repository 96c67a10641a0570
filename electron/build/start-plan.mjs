// What `npm start` does, decided without touching anything, so that every case is a test.

/** The oldest Node that runs the built app: node:sqlite needs no flag from here on. */
const NODE_TO_RUN = [22, 18, 0];
/** The oldest Node that installs and builds it. */
const NODE_TO_INSTALL = [20, 19, 0];

function atLeast(version, wanted) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  for (let i = 0; i < wanted.length; i++) {
    if ((parts[i] ?? 0) !== wanted[i]) return (parts[i] ?? 0) > wanted[i];
  }
  return true;
}

/** The Node to run things with, or a sentence why there is none. `bundled`: version of the npm package node, if it runs. */
export function chooseNode({ own, bundled }) {
  if (bundled !== undefined && atLeast(bundled, NODE_TO_RUN)) return { node: 'bundled' };
  if (atLeast(own, NODE_TO_RUN)) return { node: 'own' };
  return {
    problem: atLeast(own, NODE_TO_INSTALL)
      ? `Node ${own} can install this app but not run it, and the Node it brings along is not there: run npm ci without --ignore-scripts, or use Node ${NODE_TO_RUN.join('.')} or newer.`
      : `Node ${own} is too old: install Node ${NODE_TO_INSTALL.join('.')} or newer, then run npm ci again.`,
  };
}

/** How to show the app: `electron` (start it), `download` (its runtime first) or `browser` with the reason in words. */
export function chooseShell({ platform, env, hasRuntime }) {
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    return {
      shell: 'browser',
      why: 'There is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set)',
    };
  }
  if (hasRuntime) return { shell: 'electron' };
  if (env.ELECTRON_SKIP_BINARY_DOWNLOAD)
    return { shell: 'browser', why: "Electron's runtime is not here (ELECTRON_SKIP_BINARY_DOWNLOAD is set)" };
  return { shell: 'download' };
}

/** The line that is shown before the dashboard opens in the browser instead. */
export const insteadLine = (why) => `${why}; showing the dashboard in the browser instead.`;

/** The last line of a failed program's output that says something, cut to fit one line. */
export function lastWords(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && line !== '^');
  const telling = lines.findLast((line) => /error|fatal|denied|refused|not |ENOTFOUND|cannot/i.test(line));
  return (telling ?? lines.at(-1) ?? 'it said nothing').slice(0, 160);
}
