/**
 * How signing in is driven, in shapes of our own (ssh2 itself stays behind ssh-link.ts).
 */

type Prompts = readonly { echo?: boolean | undefined }[];

export type SignInMethod<Key, Agent> =
  | { type: 'publickey'; username: string; key: Key }
  | { type: 'agent'; username: string; agent: Agent }
  | { type: 'password'; username: string; password: string }
  | {
      type: 'keyboard-interactive';
      username: string;
      prompt(
        name: string,
        text: string,
        lang: string,
        prompts: Prompts,
        finish: (answers: string[]) => void,
      ): void;
    };

/** Many servers ask for the password through PAM's prompts: answers one hidden prompt, once, and nothing else. */
function prompted<K, A>(username: string, password: string): SignInMethod<K, A> {
  let used = false;
  return {
    type: 'keyboard-interactive',
    username,
    prompt: (_name, _text, _lang, prompts, finish) => {
      const hidden = prompts.length === 1 && prompts[0]?.echo !== true && !used;
      if (hidden) used = true;
      finish(hidden ? [password] : prompts.map(() => ''));
    },
  };
}

/**
 * Gives the next method to try: ours, in our order, without those the server does not take. Without an explicit order
 * ssh2 would try `none` and then the password first.
 */
export function methodQueue<K, A>(
  methods: readonly SignInMethod<K, A>[],
): (left: readonly string[] | null) => SignInMethod<K, A> | false {
  const queue = [...methods];
  return (left) => {
    const takes = (type: string) => left === null || left.includes(type);
    for (let method = queue.shift(); method !== undefined; method = queue.shift()) {
      if (takes(method.type === 'agent' ? 'publickey' : method.type)) return method;
      if (method.type === 'password' && takes('keyboard-interactive')) {
        return prompted(method.username, method.password);
      }
    }
    return false;
  };
}

const NO_SHA1 = 'SHA-1 signatures are not made';

/** Makes an RSA key refuse SHA-1 signatures, which ssh2 makes for a server that names no newer algorithm. */
export function withoutSha1<T extends { type: string; sign(data: Buffer | string, hash?: string): Buffer }>(
  key: T,
): T {
  const sign = key.sign.bind(key);
  key.sign = (data, hash) =>
    key.type === 'ssh-rsa' && (hash === undefined || hash === 'sha1')
      ? (new Error(NO_SHA1) as unknown as Buffer) // ssh2 expects errors as return values here
      : sign(data, hash);
  return key;
}

type Done = (error?: Error, ...results: unknown[]) => void;

/** One answer only, and an error when none came in time. */
function limited(done: Done, limitMs: number): Done {
  let over = false;
  const once: Done = (...answer) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    done(...answer);
  };
  const timer = setTimeout(
    () => once(new Error(`no answer within ${limitMs / 1000} s; it may wait for a touch or a password`)),
    limitMs,
  ).unref();
  return once;
}

/** Limits each answer of an SSH agent (a locked agent never answers) and refuses SHA-1 signatures. */
export function guardedAgent<T extends object>(agent: T, limitMs: number): T {
  const inner = agent as { getIdentities(done: Done): void; sign(...args: unknown[]): void };
  const list = inner.getIdentities.bind(agent);
  const sign = inner.sign.bind(agent);
  inner.getIdentities = (done) => list(limited(done, limitMs));
  inner.sign = (...args) => {
    const done = args.at(-1) as Done;
    const [key, , options] = args as [{ type?: string }, Buffer, { hash?: string } | undefined];
    const old = options?.hash !== 'sha256' && options?.hash !== 'sha512';
    if (key.type === 'ssh-rsa' && old) done(new Error(NO_SHA1));
    else sign(...args.slice(0, -1), limited(done, limitMs));
  };
  return agent;
}
