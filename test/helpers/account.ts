import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const NAME = 'companion-test';
const CHPASSWD = '/usr/sbin/chpasswd';

function exists(): boolean {
  try {
    execFileSync('/usr/bin/id', [NAME], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Whether passwords can be tested: the account exists, and we may set its password. */
export const accountAvailable = os.userInfo().uid === 0 && fs.existsSync(CHPASSWD) && exists();
export const accountMissing = 'needs root and the account that test/setup-system.sh makes';

const LOCK = path.join(os.tmpdir(), 'companion-test-account.lock');

/** There is one account: two runs of the tests take turns. A lock whose process is gone counts for nothing. */
async function takeTurn(): Promise<void> {
  for (const end = Date.now() + 100_000; Date.now() < end;) {
    try {
      fs.writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return;
    } catch {
      const holder = Number(fs.existsSync(LOCK) ? fs.readFileSync(LOCK, 'utf8') : 0);
      if (holder > 0 && !fs.existsSync(`/proc/${holder}`)) fs.rmSync(LOCK, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('another run of the tests has held the account for too long');
}

export interface Account {
  readonly user: string;
  readonly password: string;
  expire: () => void;
  /** Valid again, with the same password. */
  renew: () => void;
  lock: () => void;
}

/** The account with a random password of now. Lock it again when done. */
export async function unlockAccount(): Promise<Account> {
  await takeTurn();
  const password = randomBytes(18).toString('base64url');
  execFileSync(CHPASSWD, { input: `${NAME}:${password}\n` });
  const changed = (day: string) => void execFileSync('/usr/bin/chage', ['-d', day, NAME]);
  return {
    user: NAME,
    password,
    expire: () => changed('0'),
    renew: () => changed('-1'),
    lock: () => {
      execFileSync('/usr/sbin/usermod', ['-p', '!', NAME]);
      changed('-1');
      fs.rmSync(LOCK, { force: true });
    },
  };
}
