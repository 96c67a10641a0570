// The whole app with two live profiles and nothing to do: how much of a core it takes.
import path from 'node:path';
import { cpuSeconds, end, helper, root, run, sleep } from './processes.mjs';

const cli = path.join(root, 'electron/cli.ts');

export async function idleRows(work, url, seconds) {
  const env = { CATALYST_COMPANION_HOME: path.join(work, 'idle') };
  for (const name of ['one', 'two'])
    await run(
      [
        cli,
        'profile',
        'add',
        name,
        '--preset',
        'generic',
        '--direct',
        url,
        '--mcp-url',
        url,
        '--env',
        'demo',
      ],
      env,
    );
  const app = await helper([cli, 'serve', '--no-open'], env);
  try {
    for (const name of ['one', 'two']) await run([cli, 'connect', name], env);
    // the first readings and the catalogue
    await sleep(5000);
    const before = cpuSeconds(app.pid);
    await sleep(seconds * 1000);
    const percent = ((cpuSeconds(app.pid) - before) / seconds) * 100;
    return [
      {
        what: 'app idle, two profiles live',
        measured: `${percent.toFixed(2)} % of a core`,
        budget: '<= 1 %',
        ok: percent <= 1,
      },
    ];
  } finally {
    app.child.kill('SIGTERM');
    await end(app);
  }
}
