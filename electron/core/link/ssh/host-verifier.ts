/** What ssh2 calls with the server's public key (wire format) and the answer's callback. */
export type Verifier = (key: Buffer, answer: (permitted: boolean) => void) => void;

/**
 * Wraps a decision into the only form of host verifier that is safe with ssh2 1.17: its code refuses on a literal
 * `false` alone and takes any returned value but `undefined` for the answer, so an async function, `null`, `0` or a
 * forgotten return would accept every host. This one returns nothing, answers exactly once, and
 * only a literal `true` accepts; a throwing decision refuses. It runs again at every re-key, so `decide` has to be
 * quick and must not ask anybody.
 */
export function hostVerifier(decide: (key: Buffer) => unknown): Verifier {
  return (key, answer) => {
    let accepted: boolean;
    try {
      accepted = decide(key) === true;
    } catch {
      accepted = false;
    }
    answer(accepted);
  };
}
