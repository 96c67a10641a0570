import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const NGINX = '/usr/sbin/nginx';

/** Whether nginx is installed; otherwise use describe.skipIf with `nginxMissing`. */
export const nginxAvailable = fs.existsSync(NGINX);
export const nginxMissing = 'needs the Debian package nginx';

export interface Nginx {
  readonly dir: string;
  /** Lines of the access and error log so far. */
  log: () => string;
  /** Lets new workers take over and the old ones end, as `nginx -s reload`; resolves when that has begun. Needs `workers`. */
  reload: () => Promise<void>;
  /** Stops answering, as a hung machine: the kernel still accepts connections. */
  freeze: () => void;
  thaw: () => void;
  stop: () => Promise<void>;
}

export interface NginxOptions {
  /** A master with a worker, as in production; otherwise one single process. */
  workers?: boolean;
}

const asRoot = process.getuid?.() === 0;

/**
 * Starts nginx in the foreground from a temp folder. `servers` is the text inside `http { … }`; it must listen on
 * 127.0.0.1 only, on `port` (from freePort()), which is waited for.
 */
export async function startNginx(
  servers: string,
  port: number,
  { workers = false }: NginxOptions = {},
): Promise<Nginx> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-nginx-'));
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  fs.writeFileSync(
    path.join(dir, 'nginx.conf'),
    `daemon off;
master_process ${workers ? 'on' : 'off'};
${workers && asRoot ? 'user root;' : ''}
worker_shutdown_timeout 2s;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log info;
events { worker_connections 256; }
http {
  access_log ${dir}/access.log;
  ${temp.map((name) => `${name}_temp_path ${dir}/${name};`).join('\n  ')}
  ${servers}
}
`,
  );
  const child = spawn(NGINX, ['-p', dir, '-c', path.join(dir, 'nginx.conf'), '-e', `${dir}/error.log`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let problem = '';
  child.stderr.on('data', (data: Buffer) => (problem += data.toString()));
  const read = (name: string) => {
    try {
      return fs.readFileSync(path.join(dir, name), 'utf8');
    } catch {
      return '';
    }
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('close', resolve));
      // a master that is killed would leave its workers behind
      child.kill('SIGCONT');
      child.kill(workers ? 'SIGTERM' : 'SIGKILL');
      await gone;
    }
    fs.rmSync(dir, { recursive: true, force: true });
  };
  for (const end = Date.now() + 60_000; ;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) break;
    if (child.exitCode !== null || Date.now() > end) {
      const text = problem + read('error.log');
      await stop();
      throw new Error(`nginx did not start:\n${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const log = () => read('access.log') + read('error.log');
  const reload = async () => {
    const began = () => log().split('gracefully shutting down').length;
    const before = began();
    child.kill('SIGHUP');
    for (const end = Date.now() + 60_000; began() === before;) {
      if (Date.now() > end) throw new Error(`nginx did not reload:\n${log()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {
    dir,
    log,
    reload,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop,
  };
}
