/*
 * A program that installs and removes in turn, to be killed while it does.
 * Arguments: the made-up machine's folder, and the step at which it kills itself (or `never`), and how often to let
 * that step pass before.
 */
import { doIt, machine } from './machine.ts';

const [root, deadly, passes = '0'] = process.argv.slice(2);
let left = Number(passes);
const clients = machine(root).clients({
  lock: { staleMs: 0 },
  onStep(step) {
    if (step === deadly && left-- <= 0) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write('ready\n');
for (;;) {
  await doIt(clients, 'install');
  await doIt(clients, 'remove');
}
