const NO_KEY = 'a question of 2025-11-25 has no key of its own, so the app makes one up';

const ASKS_LATE =
  'a server of 2025-11-25 asks in the middle of a call that has begun; what becomes of the call when its question is refused is for that server to say';

/**
 * What a suite finds where client and server are of different eras and the other era has no way to say it: by
 * revision and server, then by scenario and check, with the reason.
 */
export const ACROSS_ERAS: Record<string, Record<string, Record<string, string>>> = {
  '2026-07-28': {
    'a server that speaks 2025-11-25 only': {
      'input-required-result-basic-elicitation: sep-2322-elicitation-incomplete InputRequiredResultElicitationIncomplete':
        NO_KEY,
      'server-stateless: sep-2575-server-rejects-undeclared-capability ServerRejectsUndeclaredCapability':
        ASKS_LATE,
      'server-stateless: sep-2575-missing-capability-http-400 MissingCapabilityHttp400': ASKS_LATE,
    },
    'a server of 2024-11-05 (HTTP+SSE)': {
      'input-required-result-basic-elicitation: sep-2322-elicitation-incomplete InputRequiredResultElicitationIncomplete':
        NO_KEY,
      'server-stateless: sep-2575-server-rejects-undeclared-capability ServerRejectsUndeclaredCapability':
        ASKS_LATE,
      'server-stateless: sep-2575-missing-capability-http-400 MissingCapabilityHttp400': ASKS_LATE,
    },
  },
};
