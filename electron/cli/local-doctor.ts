import type { DoctorEvent } from '../contract/doctor.ts';
import { systemClock } from '../core/clock.ts';
import { doctorPorts } from '../core/desks/doctor-desk.ts';
import { examineProfile } from '../core/doctor/doctor.ts';
import { silentLog } from '../core/ports.ts';
import { proxyFromEnvironment } from '../core/proxy-environment.ts';
import { createRedactor } from '../core/secrets/redact.ts';
import { version } from './commands/serve.ts';
import type { Context } from './context.ts';
import { localClients } from './local-clients.ts';

/** The doctor while no app runs: the vault stays closed, and what needs a secret is skipped. Throws PROFILE_UNKNOWN, STATE_FILE_BROKEN. */
export async function localDoctor(context: Context, name: string): Promise<AsyncGenerator<DoctorEvent>> {
  const profile = (await context.profiles()).get(name);
  const redact = createRedactor();
  const ports = doctorPorts({
    version: version(),
    home: context.home,
    clock: systemClock,
    log: silentLog,
    secrets: undefined,
    clients: localClients(context),
    redact: (text) => redact.text(text),
    proxyFor: (url) => Promise.resolve(proxyFromEnvironment(url, context.env)),
  });
  return examineProfile(ports, profile);
}
