import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { LinkState } from '../../../electron/contract/link.ts';
import type { LinkConfig, Profile } from '../../../electron/contract/profile.ts';
import { linkActions, presentLink } from '../../../electron/contract/present.ts';
import { useAction, useNow, useProfile } from '../../api/app-context.tsx';
import { Age } from '../../parts/age.tsx';
import { Button } from '../../parts/button.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Panel, Problem } from '../../parts/panel.tsx';
import { linkLabel } from '../../parts/path-hops.ts';
import { StageList } from '../../parts/stages.tsx';
import { StateMark, TONE_TEXT } from '../../parts/state-mark.tsx';
import { HostKey } from './host-key.tsx';
import { RemoveProfile } from './remove-profile.tsx';
import { SecretsPanel } from './secrets-panel.tsx';

function Actions({ profile, link }: { profile: string; link: LinkState }) {
  const act = useAction();
  const can = linkActions(link);
  return (
    <>
      {can.retry ? (
        <Button onClick={() => void act((c) => c.links.retry({ profile }))}>Try now</Button>
      ) : null}
      {can.connect ? (
        <Button look="primary" onClick={() => void act((c) => c.links.connect({ profile, waitMs: 0 }))}>
          Connect
        </Button>
      ) : null}
      {can.disconnect ? (
        <Button
          onClick={() =>
            void act((c) => c.links.disconnect({ profile }), 'Disconnected. Trading on the droplet goes on.')
          }
        >
          Disconnect
        </Button>
      ) : null}
    </>
  );
}

function Facts({ link }: { link: LinkState }) {
  const via = 'via' in link ? link.via.label : '-';
  const since = 'since' in link ? link.since : null;
  const proof = 'lastProof' in link ? link.lastProof : null;
  const rtt = link.state === 'live' ? link.rttMs : null;
  const age = (at: number | null) => (at === null ? '-' : <Age at={at} />);
  return (
    <dl className="grid grid-cols-4 gap-4">
      <Figure label="Through">{via}</Figure>
      <Figure label="Since">{age(since)}</Figure>
      <Figure label="Last proof: an answer of the droplet">{age(proof)}</Figure>
      <Figure label="Round trip">{rtt === null ? '-' : `${rtt.toFixed(rtt < 10 ? 1 : 0)} ms`}</Figure>
    </dl>
  );
}

function errorOf(link: LinkState): ErrorShape | null {
  if (link.state === 'degraded') return link.error;
  return link.state === 'reconnecting' ? link.lastError : null;
}

function kindOf(links: readonly LinkConfig[], link: LinkState): 'ssh' | 'https' {
  const kind = 'via' in link ? link.via.kind : links[0]?.kind;
  return kind === 'ssh' ? 'ssh' : 'https';
}

function LinkPanel({ profile, link }: { profile: Profile; link: LinkState }) {
  const now = useNow();
  const { tone, label, detail } = presentLink(link, now);
  const error = errorOf(link);
  return (
    <Panel title={`Link to ${profile.name}`} aside={<Actions profile={profile.name} link={link} />}>
      <div className="flex flex-col gap-4 pt-1">
        <div className="flex min-h-8 items-center gap-3" aria-live="polite">
          <StateMark tone={tone} size={18} />
          <p data-testid="link-detail">
            <span className={`text-lg font-semibold ${TONE_TEXT[tone]}`}>{label}</span>{' '}
            <span className="text-quiet">{detail}</span>
          </p>
        </div>
        <StageList link={link} kind={kindOf(profile.links, link)} />
        <Facts link={link} />
        <HostKey profile={profile.name} link={link} />
        {error === null ? null : <Problem error={error} tone={tone} />}
      </div>
    </Panel>
  );
}

function signIn(link: LinkConfig): string {
  switch (link.kind) {
    case 'ssh':
      return link.auth.map((auth) => (auth.kind === 'key' ? `key ${auth.file}` : auth.kind)).join(', ');
    case 'https':
      return link.apiKeyHeader === undefined ? 'no key' : `key in ${link.apiKeyHeader}`;
    case 'direct':
      return 'nothing';
    case 'kubernetes':
      return `context ${link.context}`;
    default:
      return link satisfies never;
  }
}

function ChainPanel({ profile, link }: { profile: Profile; link: LinkState }) {
  const used = 'via' in link ? link.via.index : null;
  return (
    <Panel title="Ways to the droplet, in order">
      <ol className="flex flex-col">
        {profile.links.map((one, i) => (
          <li key={i} className="flex h-8 items-center gap-3 border-line not-first:border-t">
            <span className="w-4 text-quiet">{i + 1}</span>
            <span className="truncate font-medium">{linkLabel(one)}</span>
            <span className="min-w-0 flex-1 truncate text-quiet">{signIn(one)}</span>
            {used === i ? <span className="text-sm">in use</span> : null}
          </li>
        ))}
      </ol>
      <p className="pt-1 text-sm text-quiet">
        MCP at <code>{profile.mcpUrl}</code>, seen from the droplet.
      </p>
    </Panel>
  );
}

/** The link: state, stages, host key, ways, secrets. */
export function LinkSection() {
  const profile = useProfile((p) => p.profile);
  const link = useProfile((p) => p.link);
  if (profile === undefined || link === undefined) return null;
  return (
    <>
      <LinkPanel profile={profile} link={link} />
      <div className="grid grid-cols-2 gap-3">
        <ChainPanel profile={profile} link={link} />
        <SecretsPanel profile={profile} />
      </div>
      <RemoveProfile key={profile.name} profile={profile} />
    </>
  );
}
