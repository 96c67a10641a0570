import type { Duplex } from 'node:stream';

/** What oRPC needs of a message port; Electron's MessagePortMain has the same shape. */
export interface RpcPort {
  on(event: string, callback: (event?: { data: unknown }) => void): void;
  postMessage(data: unknown): void;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A local socket as a message port: one JSON string a line, so that the same router serves the command line. */
export function rpcPortOf(socket: Duplex): RpcPort {
  const onMessage: ((event: { data: unknown }) => void)[] = [];
  let tail = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (tail + chunk).split('\n');
    tail = lines.pop() ?? '';
    for (const line of lines) {
      const data = parsed(line);
      if (data === undefined) {
        socket.destroy();
        return;
      }
      for (const listener of onMessage) listener({ data });
    }
  });
  socket.on('error', () => socket.destroy());
  // the handshake before us paused it, and a new listener alone does not undo that
  socket.resume();
  return {
    on(event, callback) {
      if (event === 'message') onMessage.push(callback);
      else if (event === 'close') socket.on('close', () => callback());
    },
    postMessage(data) {
      if (!socket.writable) return;
      // oRPC encodes to a string except for blobs, which the contract does not have
      socket.write(`${JSON.stringify(data)}\n`);
    },
  };
}
