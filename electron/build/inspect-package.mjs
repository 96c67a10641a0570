// What a packed app must be: its fuses and what is in its archive, judged without touching anything.

/** The fuses of the security checklist by electron-builder's names, beside those of Electron's wire, version 1. */
export const FUSES = [
  ['RunAsNode', false],
  ['EnableCookieEncryption', true],
  ['EnableNodeOptionsEnvironmentVariable', false],
  ['EnableNodeCliInspectArguments', false],
  ['EnableEmbeddedAsarIntegrityValidation', true],
  ['OnlyLoadAppFromAsar', true],
  ['LoadBrowserProcessSpecificV8Snapshot', false],
  ['GrantFileProtocolExtraPrivileges', false],
];
const ON = 0x31;

/** Sentences about fuses that are not as they should be. `wire`: what @electron/fuses reads, a byte per number. */
export function judgeFuses(wire, { test = false } = {}) {
  return FUSES.flatMap(([name, wanted], at) => {
    const should = test && name === 'EnableNodeCliInspectArguments' ? true : wanted;
    const is = wire[at] === ON;
    return is === should ? [] : [`The fuse ${name} is ${is ? 'on' : 'off'}.`];
  });
}

/** The only packages that are loaded at run time, and what they need. */
const LOADED = /^\/node_modules\/(@[^/]+\/[^/]+|[^@/][^/]*)/;
const NEEDED = [
  '/package.json',
  '/dist/main.js',
  '/dist/preload.cjs',
  '/dist/page/index.html',
  '/dist/icons/tray/live-dark.png',
  '/dist/icons/tray/live-dark.ico',
  '/dist/icons/tray/live-Template.png',
];
const OURS =
  /^\/(?:package\.json|dist(?:\/(?:main\.js|preload\.cjs|updater\.js|[\w-]+-worker\.cjs|(?:chunks|page|icons)(?:\/.*)?))?|node_modules(?:\/.*)?)$/;
const NEVER = [
  [/\.(?:ts|tsx|map)$/, 'a source or a source map'],
  [/(?:^|\/)\.env/, 'settings of a developer'],
  [/\.(?:pem|p12|pfx|key|ppk)$|(?:^|\/)id_(?:rsa|ed25519|ecdsa)$/, 'a key'],
  [/\/(?:tests?|__tests__|fixtures?)\//, 'a test'],
  [/\.node$/, 'native code'],
];

/** Sentences about what is in the archive and should not be, or the other way round. */
export function judgeContents(files, { packages, signed = false }) {
  const missing = NEEDED.filter((file) => !files.includes(file)).map((file) => `${file} is missing.`);
  const strange = files.filter((file) => !OURS.test(file)).map((file) => `${file} is not on the list.`);
  const never = files.flatMap((file) =>
    NEVER.filter(([pattern]) => pattern.test(file)).map(([, what]) => `${file} is ${what}.`),
  );
  const carried = new Set(
    files.map((file) => LOADED.exec(file)?.[1]).filter((name) => name && !name.startsWith('.')),
  );
  const surplus = [...carried]
    .filter((name) => !packages.includes(name))
    .map((name) => `The package ${name} is not needed.`);
  const absent = packages
    .filter((name) => !carried.has(name))
    .map((name) => `The package ${name} is missing.`);
  const updater = files.includes('/dist/updater.js');
  const updates =
    updater === signed
      ? []
      : [signed ? 'A signed build has no updater.' : 'An unsigned build has an updater.'];
  return [...missing, ...strange, ...never, ...surplus, ...absent, ...updates];
}

/** Sentences about the update feed, the text of app-update.yml; undefined where there is none. */
export function judgeFeed(feed, { os, signed }) {
  if (!signed) return feed === undefined ? [] : ['An unsigned build has an update feed.'];
  if (feed === undefined) return ['A signed build has no update feed.'];
  const publisher = /^publisherName:\s*(?:\n\s*-\s*\S|\S)/m.test(feed);
  return os === 'win' && !publisher
    ? ['The update feed names no publisher: signatures would not be checked.']
    : [];
}

/** The packages that stay in node_modules at run time, from the lock file: neither development nor optional. */
export function runtimePackages(lock) {
  return Object.entries(lock.packages)
    .filter(
      ([at, one]) =>
        at.startsWith('node_modules/') && !one.dev && !one.devOptional && !one.optional && !one.peer,
    )
    .map(([at]) => at.slice('node_modules/'.length))
    .filter((name) => !name.includes('node_modules/'))
    .toSorted();
}
