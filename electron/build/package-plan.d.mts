export type PackageOs = 'win' | 'mac' | 'linux';
export function canSign(os: PackageOs, env: NodeJS.ProcessEnv): boolean;
export function packageConfig<Base extends object>(
  base: Base,
  run: { os: PackageOs; env: NodeJS.ProcessEnv; test: boolean },
): Base & Record<string, unknown>;
export function packerEnv(env: NodeJS.ProcessEnv): { given: NodeJS.ProcessEnv; key: string | undefined };
