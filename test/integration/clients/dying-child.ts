/*
 * Does one action, and dies at the call to the file system with that number. Arguments: the made-up machine's folder,
 * the action, the number (0: lives, and prints the calls as JSON), and the moment.
 */
import { arm, calls, type Moment } from './dying-fs.ts';

const [root, action, at, moment] = process.argv.slice(2);
const { doIt, machine } = await import('./machine.ts');
const clients = machine(root).clients({ lock: { staleMs: 0 } });
const profile = 'demo';
arm(Number(at), moment as Moment);
await doIt(clients, action as 'install' | 'remove' | 'undo', profile);
process.stdout.write(`${JSON.stringify(calls())}\n`);
