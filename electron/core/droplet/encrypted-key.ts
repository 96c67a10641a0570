import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../contract/errors.ts';

/** As `ssh-keygen -a 24`: 0.4 s for whoever guesses, on a thread of its own here. */
const ROUNDS = 24;
const LIMIT_MS = 30_000;

/**
 * The work, as program text, so that the bundled app needs no second entry. ssh2's generator strips leading zero bytes
 * of the public key, one key in 256; such a key is thrown away.
 */
const WORK = `
const { parentPort, workerData } = require('node:worker_threads');
const { comment, passphrase, rounds, ssh2 } = workerData;
const { utils } = require(ssh2);
for (;;) {
  const made = utils.generateKeyPairSync('ed25519', { comment, passphrase, cipher: 'aes256-ctr', rounds });
  const key = utils.parseKey(made.private, passphrase);
  if (!(key instanceof Error) && key.getPublicSSH().length === 51) {
    parentPort.postMessage(made.private);
    break;
  }
}`;

/** A fresh ed25519 key in OpenSSH's format, encrypted with aes256-ctr and bcrypt. */
export function generateEncryptedKey(comment: string, passphrase: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORK, {
      eval: true,
      env: {},
      execArgv: [],
      workerData: {
        comment,
        passphrase,
        rounds: ROUNDS,
        ssh2: createRequire(import.meta.url).resolve('ssh2'),
      },
    });
    const failed = (cause?: unknown) =>
      end(() =>
        reject(
          new AppError('INTERNAL', 'The key could not be encrypted; none was made.', 'Try again.', { cause }),
        ),
      );
    const timer = setTimeout(failed, LIMIT_MS);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      settle();
      void worker.terminate();
    };
    worker.once('message', (text: string) => end(() => resolve(text)));
    worker.once('error', failed);
    worker.once('exit', failed);
  });
}
