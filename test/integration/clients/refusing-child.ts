/*
 * Tries to install, and prints the code of the error. Arguments: the made-up machine's folder, and the user to become
 * after everything is loaded, since that user may not be able to read this checkout.
 */
import { doIt, machine } from './machine.ts';

const user = Number(process.argv[3] ?? 0);
if (user > 0) {
  process.setgroups?.([]);
  process.setgid?.(user);
  process.setuid?.(user);
}
try {
  await doIt(machine(process.argv[2]).clients(), 'install');
  process.stdout.write('done\n');
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code ?? String(error)}\n`);
}
