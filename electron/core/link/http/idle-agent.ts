import type { Agent } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Idle sockets are closed after this long. uvicorn closes them after 5 s without saying so, and a call written into
 * a socket that the server is just closing has an unknown outcome; our own close must come first.
 */
const IDLE_MS = 4_000;

/** Makes an agent drop its idle sockets early, whatever they are made of. */
export function closeIdleSockets<T extends Agent>(agent: T, idleMs = IDLE_MS): T {
  const timers = new WeakMap<Duplex, NodeJS.Timeout>();
  const keep = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent);
  agent.keepSocketAlive = (socket: Duplex) => {
    const kept = keep(socket);
    timers.set(socket, setTimeout(() => socket.destroy(), idleMs).unref());
    return kept;
  };
  agent.reuseSocket = (socket, request) => {
    clearTimeout(timers.get(socket));
    reuse(socket, request);
  };
  return agent;
}
