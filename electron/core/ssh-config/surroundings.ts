import os from 'node:os';
import path from 'node:path';

/** Who asks, and where the configuration is; tests hand in their own. */
export interface SshSurroundings {
  readonly userHome: string;
  readonly userName: string;
  readonly env: NodeJS.ProcessEnv;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** This computer's name (`%l`). */
  readonly localHost: string;
  readonly platform: NodeJS.Platform;
  /** Read first; need not exist. */
  readonly userFile: string;
  /** Read after it, as ssh does; need not exist. */
  readonly systemFile: string | undefined;
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return os.userInfo().username;
  } catch {
    return env.USER ?? env.USERNAME ?? ''; // a user without an entry in the system's list
  }
}

/** This machine and user, with what is given in place of it. */
export function sshSurroundings(given: Partial<SshSurroundings> = {}): SshSurroundings {
  const { env = process.env, platform = process.platform, userHome = os.homedir() } = given;
  const windowsFile = path.join(env.PROGRAMDATA ?? 'C:\\ProgramData', 'ssh', 'ssh_config');
  return {
    userHome,
    userName: userName(env),
    env,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
    localHost: os.hostname(),
    platform,
    userFile: path.join(userHome, '.ssh', 'config'),
    systemFile: platform === 'win32' ? windowsFile : '/etc/ssh/ssh_config',
    ...given,
  };
}
