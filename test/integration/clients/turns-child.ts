/* Installs, on each line of standard input, the entry of the profile that the line names; answers with a line. */
import readline from 'node:readline';
import { doIt, machine } from './machine.ts';

const clients = machine(process.argv[2]).clients();

async function install(profile: string): Promise<void> {
  for (;;) {
    try {
      await doIt(clients, 'install', profile);
      return;
    } catch (error) {
      // the other one wrote between our preview and our turn: that is what the preview's token is for
      if ((error as { code?: string }).code !== 'CLIENT_CONFIG_CHANGED') throw error;
    }
  }
}

process.stdout.write('ready\n');
for await (const profile of readline.createInterface({ input: process.stdin })) {
  await install(profile);
  process.stdout.write('done\n');
}
