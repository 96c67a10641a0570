/**
 * How signing in is driven, in shapes of our own (ssh2 itself stays behind ssh-link.ts).
 */

type Prompts = readonly { prompt?: string; echo?: boolean | undefined }[];

export type SignInMethod<Key, Agent> =
  | { type: 'publickey'; username: string; key: Key }
  | { type: 'agent'; username: string; agent: Agent }
  | { type: 'password'; username: string; password: string }
  | { type: 'none'; username: string }
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

/**
 * Many servers ask for the password through PAM's prompts: answers one hidden prompt, once, and nothing else. What else
 * is asked (a code, a new password for one that has expired) goes to `asked`.
 */
function prompted<K, A>(
  username: string,
  password: string,
  asked: (text: string) => void,
): SignInMethod<K, A> {
  let used = false;
  return {
    type: 'keyboard-interactive',
    username,
    prompt: (_name, text, _lang, prompts, finish) => {
      const hidden = prompts.length === 1 && prompts[0]?.echo !== true && !used;
      if (hidden) used = true;
      else asked([text, ...prompts.map(({ prompt }) => prompt ?? '')].join(' '));
      finish(hidden ? [password] : prompts.map(() => ''));
    },
  };
}

/**
 * Gives the next method to try: ours, in our order, without those the server does not take. Without an explicit order
 * ssh2 would try `none` and then the password first. `none` comes first only before a password, as the way to learn
 * (RFC 4252, 5.2) whether the server takes one at all: it is never sent to a server that did not ask for it.
 */
export function methodQueue<K, A>(
  methods: readonly SignInMethod<K, A>[],
  asked: (text: string) => void = () => {},
): (left: readonly string[] | null) => SignInMethod<K, A> | false {
  const queue = [...methods];
  let enquired = false;
  return (left) => {
    const takes = (type: string) => left === null || left.includes(type);
    for (let method = queue.shift(); method !== undefined; method = queue.shift()) {
      if (method.type === 'password' && left === null && !enquired) {
        enquired = true;
        queue.unshift(method);
        return { type: 'none', username: method.username };
      }
      if (takes(method.type === 'agent' ? 'publickey' : method.type)) return method;
      if (method.type === 'password' && takes('keyboard-interactive')) {
        return prompted(method.username, method.password, asked);
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
