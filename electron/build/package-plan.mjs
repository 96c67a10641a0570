// What `npm run package` changes in electron-builder.yml, decided without touching anything, so that every case is a test.

const SECRETS = {
  // electron-builder reads CSC_LINK for both, WIN_CSC_LINK before it on Windows
  win: (env) => Boolean(env.WIN_CSC_LINK || env.CSC_LINK) && Boolean(env.COMPANION_PUBLISHER),
  mac: (env) => Boolean(env.CSC_LINK && env.APPLE_API_KEY && env.APPLE_API_KEY_ID && env.APPLE_API_ISSUER),
  // an AppImage carries no signature that is checked, so there are no updates either
  linux: () => false,
};

/** Whether a package of this system (`win`, `mac`, `linux`) can be signed with what the environment holds. */
export function canSign(os, env) {
  return SECRETS[os](env);
}

/**
 * The configuration of one run. Unsigned, the usual: no updater and no feed are in the package. Signed: both are, with
 * the publisher that the updater checks, and a run that cannot sign fails. `test`: a second pack that is never shipped
 * and differs in the inspect fuse alone, which Playwright needs.
 */
export function packageConfig(base, { os, env, test }) {
  if (test)
    return {
      ...base,
      directories: { ...base.directories, output: 'dist/packages-test' },
      electronFuses: { ...base.electronFuses, enableNodeCliInspectArguments: true },
      ...(os === 'mac' ? { mac: unsignedMac(base) } : {}),
    };
  if (!canSign(os, env)) return { ...base, ...(os === 'mac' ? { mac: unsignedMac(base) } : {}) };
  const [owner, repo] = (env.GITHUB_REPOSITORY ?? '').split('/');
  if (!owner || !repo)
    throw new Error('A signed package needs GITHUB_REPOSITORY=owner/name, where its updates are looked for.');
  return {
    ...base,
    files: [...base.files, 'dist/updater.js'],
    forceCodeSigning: true,
    publish: { provider: 'github', owner, repo, publisherName: [env.COMPANION_PUBLISHER] },
    ...(os === 'win'
      ? { win: { ...base.win, signtoolOptions: { publisherName: [env.COMPANION_PUBLISHER] } } }
      : { mac: { ...base.mac, notarize: true } }),
  };
}

/** macOS runs nothing unsigned: an ad-hoc signature, under which the hardened runtime would refuse Electron's own parts. */
function unsignedMac(base) {
  return { ...base.mac, identity: '-', hardenedRuntime: false };
}

/**
 * The environment as the packer may see it. A secret that is not there comes as an empty text, which electron-builder
 * takes for the path of a certificate; and Apple's key comes as its text, where the notary tool wants a file.
 */
export function packerEnv(env) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const key = given.APPLE_API_KEY?.includes('-----BEGIN') ? given.APPLE_API_KEY : undefined;
  return { given, key };
}
