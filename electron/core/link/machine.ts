import type { ErrorShape } from '../../contract/errors.ts';
import type { BlockedReason, HostKeyFacts, LinkStage, LinkState, LinkVia } from '../../contract/link.ts';
import { carries } from '../../contract/awaited.ts';
import { PROOF_LIMIT_MS } from '../../contract/link.ts';

/**
 * Everything that can happen to a link. Times are milliseconds since the epoch, from our own clock.
 * Inputs of an attempt that is no longer current are dropped before they come here (the supervisor's generations).
 */
export type LinkInput =
  /** An attempt starts or is shown in the place of one that ended: the user connected, a retry is due, or the chain moved on. */
  | { type: 'dial'; via: LinkVia; attempt: number; stage?: LinkStage }
  | { type: 'disconnect' }
  | { type: 'stage'; stage: LinkStage }
  /** The transport is open and the MCP endpoint answered. */
  | { type: 'opened'; via: LinkVia; at: number; rttMs: number | null }
  /** Everything goes through another open link from now on, which has just proven itself. */
  | { type: 'switched'; via: LinkVia; at: number; proofAt: number; rttMs: number | null }
  /** The transport is open but the MCP endpoint alone fails; `proofAt` is set where something else answered. */
  | { type: 'opened-without-mcp'; via: LinkVia; at: number; proofAt: number | null; error: ErrorShape }
  /** Any HTTP response through the link. */
  | { type: 'proof'; at: number }
  /** The MCP endpoint answered a probe. */
  | { type: 'mcp-answered'; at: number; rttMs: number | null }
  | { type: 'mcp-failed'; at: number; proofAt: number | null; error: ErrorShape }
  /** Nothing came back from a probe: no change by itself, the proof's age decides. */
  | { type: 'probe-failed'; at: number }
  /** `proofAgeMs` is the age of the last proof on the clock that cannot be set. */
  | { type: 'tick'; at: number; proofAgeMs: number }
  /** An attempt failed or an open transport was lost, and another attempt is due at `nextAt`. */
  | { type: 'retry-later'; attempt: number; nextAt: number; error: ErrorShape }
  /** No further attempt may be made before a person did something. */
  | { type: 'refused'; reason: BlockedReason; error: ErrorShape; hostKey?: HostKeyFacts };

const silent: ErrorShape = {
  code: 'LINK_TIMEOUT',
  message: `No answer has come through the link for ${PROOF_LIMIT_MS / 1000} s.`,
  next: 'Check that the services run on the droplet; the link is watched and reconnects by itself.',
};

function opened(state: LinkState, input: Extract<LinkInput, { type: 'opened' }>): LinkState {
  if (state.state !== 'connecting') return state;
  const { via, at, rttMs } = input;
  return { state: 'live', via, since: at, lastProof: at, rttMs };
}

function switched(state: LinkState, input: Extract<LinkInput, { type: 'switched' }>): LinkState {
  if (!carries(state)) return state;
  const { via, at, proofAt, rttMs } = input;
  return { state: 'live', via, since: at, lastProof: proofAt, rttMs };
}

function withoutMcp(
  state: LinkState,
  input: Extract<LinkInput, { type: 'opened-without-mcp' | 'mcp-failed' }>,
): LinkState {
  const { at, proofAt, error } = input;
  if (input.type === 'opened-without-mcp') {
    return state.state === 'connecting'
      ? { state: 'degraded', reason: 'mcp', since: at, via: input.via, lastProof: proofAt, error }
      : state;
  }
  if (!carries(state)) return state;
  const since = state.state === 'degraded' && state.reason === 'mcp' ? state.since : at;
  const lastProof = proofAt ?? state.lastProof;
  return { state: 'degraded', reason: 'mcp', since, via: state.via, lastProof, error };
}

function proven(state: LinkState, at: number): LinkState {
  if (state.state === 'live') return { ...state, lastProof: at };
  if (state.state !== 'degraded') return state;
  // an answer of another service says nothing about MCP: only a probe of MCP itself ends that
  if (state.reason === 'mcp') return { ...state, lastProof: at };
  return { state: 'live', via: state.via, since: at, lastProof: at, rttMs: null };
}

function mcpAnswered(state: LinkState, input: Extract<LinkInput, { type: 'mcp-answered' }>): LinkState {
  const { at, rttMs } = input;
  if (!carries(state)) return state;
  const since = state.state === 'live' ? state.since : at;
  return { state: 'live', via: state.via, since, lastProof: at, rttMs };
}

function aged(state: LinkState, input: Extract<LinkInput, { type: 'tick' }>): LinkState {
  if (!carries(state) || input.proofAgeMs < PROOF_LIMIT_MS || state.lastProof === null) return state;
  if (state.state === 'degraded' && state.reason === 'stale') return state;
  const { via, lastProof } = state;
  return { state: 'degraded', reason: 'stale', since: input.at, via, lastProof, error: silent };
}

/** An open link is closed (retry-later, refused or disconnect) before another attempt starts. */
function dialled(state: LinkState, input: Extract<LinkInput, { type: 'dial' }>): LinkState {
  if (carries(state)) return state;
  return { state: 'connecting', stage: input.stage ?? 'resolve', attempt: input.attempt, via: input.via };
}

function staged(state: LinkState, stage: LinkStage): LinkState {
  return state.state === 'connecting' && state.stage !== stage ? { ...state, stage } : state;
}

function blocked(state: LinkState, input: Extract<LinkInput, { type: 'refused' }>): LinkState {
  if (state.state === 'off') return state;
  const { reason, error, hostKey } = input;
  return { state: 'blocked', reason, error, ...(hostKey ? { hostKey } : {}) };
}

/** `blocked` and `off` leave only by a person's wish (`dial` after connect, retry or trust) or by `disconnect`. */
function waiting(state: LinkState, input: Extract<LinkInput, { type: 'retry-later' }>): LinkState {
  if (state.state === 'off' || state.state === 'blocked') return state;
  const { attempt, nextAt, error } = input;
  return { state: 'reconnecting', attempt, nextAt, lastError: error };
}

/**
 * The one transition function of a link: pure and total. An input that does not fit the state changes nothing, and
 * an unchanged state keeps its identity.
 */
export function next(state: LinkState, input: LinkInput): LinkState {
  switch (input.type) {
    case 'dial':
      return dialled(state, input);
    case 'disconnect':
      return state.state === 'off' ? state : { state: 'off' };
    case 'stage':
      return staged(state, input.stage);
    case 'opened':
      return opened(state, input);
    case 'switched':
      return switched(state, input);
    case 'opened-without-mcp':
    case 'mcp-failed':
      return withoutMcp(state, input);
    case 'proof':
      return proven(state, input.at);
    case 'mcp-answered':
      return mcpAnswered(state, input);
    case 'probe-failed':
      return state;
    case 'tick':
      return aged(state, input);
    case 'retry-later':
      return waiting(state, input);
    case 'refused':
      return blocked(state, input);
    default:
      return input satisfies never;
  }
}
