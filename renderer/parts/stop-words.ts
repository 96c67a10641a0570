import type { StopReport } from '../../electron/contract/bridge.ts';
import type { Profile } from '../../electron/contract/profile.ts';

export interface StopWords {
  title: string;
  sentence: string;
  tone: 'live' | 'attention' | 'danger';
}

/** What a stop's result means. Only a state that was read again says that trading stopped. */
export function stopWords(result: StopReport['result']): StopWords {
  switch (result) {
    case 'confirmed':
      return {
        title: 'Stopped, confirmed',
        sentence:
          'The state was read again after the stop: no new trades are being made. Open positions stay open.',
        tone: 'live',
      };
    case 'sent-not-confirmed':
      return {
        title: 'Sent, but not confirmed',
        sentence: 'The stop was sent, but the state read afterwards does not show that trading stopped.',
        tone: 'attention',
      };
    case 'not-delivered':
      return {
        title: 'NOT DELIVERED',
        sentence: 'The stop did not reach the droplet. Trading may be going on. Stop it by hand now:',
        tone: 'danger',
      };
    default:
      return result satisfies never;
  }
}

/** Single quotes for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The command to run by hand when even the app does not answer. */
export function manualStop(profile: Profile): string {
  const workflow = profile.services.find((service) => service.name === 'workflow');
  const ssh = profile.links.find((link) => link.kind === 'ssh');
  if (ssh === undefined || workflow === undefined) return `catalyst-companion stop ${profile.name}`;
  const url = new URL('/api/v1/workflow/stop', workflow.url).href;
  return `ssh -p ${ssh.port} ${ssh.user}@${ssh.host} ${quoted(`curl -fsS -X POST ${url}`)}`;
}
