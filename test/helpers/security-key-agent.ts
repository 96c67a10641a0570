import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

function wire(...parts: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as string, 'latin1');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest();

/** An SSH agent that holds one FIDO key, touched at once: its signatures are what PROTOCOL.u2f of OpenSSH says. */
export async function startSecurityKeyAgent(): Promise<{
  socket: string;
  /** Its line for authorized_keys. */
  line: string;
  stop: () => void;
}> {
  const type = 'sk-ssh-ed25519@openssh.com';
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const blob = wire(type, point, 'ssh:');
  const touched = Buffer.from([1, 0, 0, 0, 7]);
  const answer = (request: Buffer): Buffer => {
    if (request[0] === 11) return Buffer.concat([Buffer.from([12, 0, 0, 0, 1]), wire(blob, 'a key')]);
    const at = 1 + 4 + request.readUInt32BE(1);
    const data = request.subarray(at + 4, at + 4 + request.readUInt32BE(at));
    const signed = sign(null, Buffer.concat([sha256('ssh:'), touched, sha256(data)]), privateKey);
    return Buffer.concat([Buffer.from([14]), wire(Buffer.concat([wire(type, signed), touched]))]);
  };
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-sk-'));
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    // one small request arrives in one piece here
    socket.on('data', (data: Buffer) => socket.write(wire(answer(data.subarray(4)))));
  });
  const socket = path.join(dir, 'agent');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    line: `${type} ${blob.toString('base64')} test\n`,
    stop: () => {
      server.close();
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}
