import type { LinkStage, LinkState } from '../../electron/contract/link.ts';
import type { Tone } from '../../electron/contract/present.ts';
import { StateMark } from './state-mark.tsx';

const SSH_STAGES: readonly (readonly [LinkStage, string])[] = [
  ['resolve', 'Find the host'],
  ['tcp', 'Open the connection'],
  ['host-key', 'Check the host key'],
  ['auth', 'Sign in'],
  ['tunnel', 'Open the tunnel'],
  ['probe', 'Get the first answer'],
];
const HTTPS_STAGES = SSH_STAGES.filter(([stage]) => stage !== 'host-key' && stage !== 'tunnel');

/** The stage at which a blocked link stands. */
function blockedStage(link: Extract<LinkState, { state: 'blocked' }>): LinkStage {
  switch (link.reason) {
    case 'host-key-changed':
    case 'host-key-unknown':
      return 'host-key';
    case 'auth-refused':
    case 'sign-in-needed':
      return 'auth';
    case 'certificate':
      return 'tcp';
    case 'config':
      return 'resolve';
    default:
      return link.reason satisfies never;
  }
}

/** The mark of each stage, in order. */
function stageTones(link: LinkState, stages: readonly LinkStage[]): Tone[] {
  if (link.state === 'live') return stages.map(() => 'live');
  if (link.state === 'degraded') return stages.map((stage) => (stage === 'probe' ? 'attention' : 'live'));
  if (link.state === 'off' || link.state === 'reconnecting') return stages.map(() => 'off');
  const at = stages.indexOf(link.state === 'blocked' ? blockedStage(link) : link.stage);
  return stages.map((_, i) =>
    i < at ? 'live' : i > at ? 'off' : link.state === 'blocked' ? 'danger' : 'working',
  );
}

/** Connecting as a column of checks that tick while it happens. */
export function StageList({ link, kind }: { link: LinkState; kind: 'ssh' | 'https' }) {
  const stages = kind === 'ssh' ? SSH_STAGES : HTTPS_STAGES;
  const tones = stageTones(
    link,
    stages.map(([stage]) => stage),
  );
  return (
    <ol
      className="flex flex-wrap gap-x-5 gap-y-1 max-lg-nav:gap-x-3"
      aria-label="Stages of connecting"
      data-testid="stages"
    >
      {stages.map(([stage, words], i) => (
        <li key={stage} className="flex items-center gap-1.5 whitespace-nowrap" data-tone={tones[i]}>
          <StateMark tone={tones[i] ?? 'off'} />
          <span className={tones[i] === 'off' ? 'text-quiet' : ''}>{words}</span>
        </li>
      ))}
    </ol>
  );
}
