import { useState } from 'react';
import type { ReactNode } from 'react';
import { carries } from '../../../electron/contract/awaited.ts';
import type { Chain, LinkState } from '../../../electron/contract/link.ts';
import { age, linkActions, presentChain, presentLink } from '../../../electron/contract/present.ts';
import type { LinkConfig, Profile } from '../../../electron/contract/profile.ts';
import { useAction, useNow, useProfile } from '../../api/app-context.tsx';
import { useAsked } from '../../api/asked.ts';
import { Button } from '../../parts/button.tsx';
import { FactList } from '../../parts/fact-list.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Panel, Problem } from '../../parts/panel.tsx';
import { StageList } from '../../parts/stages.tsx';
import { StateMark, TONE_TEXT } from '../../parts/state-mark.tsx';
import { EditProfile } from './edit-profile.tsx';
import { ChainList } from './chain-list.tsx';
import { chainRows } from './chain-rows.ts';
import { HostKeys } from './host-key.tsx';
import { LimitsPanel } from './limits-panel.tsx';
import { NginxView } from './nginx-view.tsx';
import { RemoveProfile } from './remove-profile.tsx';
import { SecretsPanel } from './secrets-panel.tsx';

function Actions(props: { profile: string; link: LinkState; chain: Chain; edit: ReactNode }) {
  const { profile, link, chain, edit } = props;
  const act = useAction();
  const can = linkActions(link);
  // a refused link beside a working one is tried again by hand only
  const refused = chain.some((entry) => entry.state === 'refused' && entry.reason !== 'host-key-unknown');
  // a changed host key gets no button that looks like the way on
  const waiting =
    link.state === 'reconnecting' || (link.state === 'blocked' && link.reason !== 'host-key-changed');
  return (
    <>
      {edit}
      {can.retry || (refused && can.disconnect) ? (
        <Button
          small
          look={waiting ? 'primary' : 'plain'}
          onClick={() => void act((c) => c.links.retry({ profile }))}
        >
          Retry now
        </Button>
      ) : null}
      {can.connect ? (
        <Button small look="primary" onClick={() => void act((c) => c.links.connect({ profile, waitMs: 0 }))}>
          Connect
        </Button>
      ) : null}
      {can.disconnect ? (
        <Button
          small
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

/** The figure that matters in this state, at the right of the headline; each link's own are in its row. */
function Facts({ link, now }: { link: LinkState; now: number }) {
  if (link.state === 'reconnecting') {
    return (
      <dl className="flex shrink-0 gap-6 text-right">
        <Figure label={`Attempt ${link.attempt}`}>
          {link.nextAt <= now ? 'now' : `in ${age(link.nextAt - now)}`}
        </Figure>
      </dl>
    );
  }
  if (!carries(link)) return null;
  return (
    <dl className="flex shrink-0 gap-6 text-right">
      <Figure label="Last answer">
        {link.lastProof === null ? 'none yet' : `${age(now - link.lastProof)} ago`}
      </Figure>
    </dl>
  );
}

function waiting(link: Extract<LinkState, { state: 'blocked' }>): string {
  if (link.reason === 'host-key-unknown') return 'A host key that was never seen before waits for you.';
  if (link.reason === 'host-key-changed')
    return 'A host key changed; nothing is sent before you have looked.';
  return 'It waits for you; what to do stands below.';
}

/** One or two sentences beside the word; what a row below says in full is not said here. */
function headline(link: LinkState, chain: Chain, now: number): string {
  const reason = link.state === 'degraded' ? '' : presentChain(chain, now);
  if (reason !== '') return reason;
  if (link.state === 'blocked') return waiting(link);
  if (link.state === 'reconnecting') return 'It does not get through.';
  const { detail } = presentLink(link, now);
  return detail === '' ? '' : `${detail.charAt(0).toUpperCase()}${detail.slice(1)}`;
}

function kindOf(links: readonly LinkConfig[], link: LinkState): 'ssh' | 'https' {
  const kind = 'via' in link ? link.via.kind : links[0]?.kind;
  return kind === 'ssh' ? 'ssh' : 'https';
}

/** An error that no row of the chain tells. */
function Untold({ link, chain }: { link: LinkState; chain: Chain }) {
  if (link.state === 'degraded') return <Problem error={link.error} tone="attention" />;
  if (link.state === 'blocked' && link.hostKey === undefined && chain.length === 0)
    return <Problem error={link.error} />;
  return link.state === 'reconnecting' && chain.length === 0 ? (
    <Problem error={link.lastError} tone="attention" />
  ) : null;
}

function LinkPanel(props: { profile: Profile; link: LinkState; chain: Chain; edit: ReactNode }) {
  const { profile, link, chain, edit } = props;
  const now = useNow();
  const { tone, label } = presentLink(link, now);
  const staged = link.state === 'connecting' || link.state === 'blocked';
  return (
    <Panel
      title={`Link to ${profile.name}`}
      aside={<Actions profile={profile.name} link={link} chain={chain} edit={edit} />}
      flush
    >
      <div className="flex flex-col gap-3 px-4 pt-1 pb-3">
        <div className="flex min-h-9 items-start gap-3">
          <span className="flex h-6 items-center">
            <StateMark tone={tone} size={18} />
          </span>
          <p data-testid="link-detail" className="min-w-0 flex-1 pt-0.5">
            <span aria-live="polite" className={`pr-2 text-lg leading-5 font-semibold ${TONE_TEXT[tone]}`}>
              {label}
            </span>
            <span className="text-quiet">{headline(link, chain, now)}</span>
          </p>
          <Facts link={link} now={now} />
        </div>
        {staged ? <StageList link={link} kind={kindOf(profile.links, link)} /> : null}
        <HostKeys profile={profile} chain={chain} link={link} />
        <Untold link={link} chain={chain} />
      </div>
      <ChainList rows={chainRows(profile, chain, link)} link={link} now={now} />
    </Panel>
  );
}

function Target({ profile }: { profile: Profile }) {
  const count = profile.services.length;
  const rows: readonly (readonly [string, string])[] = [
    ['MCP address', profile.mcpUrl],
    ['Services', count === 0 ? 'none' : `${count} probed over the same link`],
    ['Back end', `${profile.preset}, ${profile.environment.toUpperCase()}`],
  ];
  return (
    <Panel title="Where it leads">
      <FactList rows={rows} />
      <p className="pt-1 text-sm text-quiet">Addresses are as seen from the droplet.</p>
    </Panel>
  );
}

/** The domain of the profile's HTTPS link, where it has one. */
function domainOf({ links }: Profile): string {
  const link = links.find(({ kind }) => kind === 'https');
  return link?.kind === 'https' ? new URL(link.url).hostname : '';
}

const NO_CHAIN: Chain = [];

/** How it reaches its droplet, and the form in the place of it while that is changed. */
function Reaching({ profile, link, chain }: { profile: Profile; link: LinkState; chain: Chain }) {
  const [editing, setEditing] = useState<'not yet' | 'now' | 'done'>('not yet');
  useAsked('profile-edit', () => setEditing('now'));
  if (editing === 'now') return <EditProfile profile={profile} done={() => setEditing('done')} />;
  // the built-in demo is made anew with each start
  const edit =
    profile.name === 'demo' ? null : (
      <Button
        small
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the form that had the focus
        autoFocus={editing === 'done'}
        data-testid="edit-profile-open"
        onClick={() => setEditing('now')}
      >
        Edit
      </Button>
    );
  return (
    <>
      <LinkPanel profile={profile} link={link} chain={chain} edit={edit} />
      <div className="grid grid-cols-2 gap-3">
        <Target profile={profile} />
        <SecretsPanel profile={profile} />
      </div>
    </>
  );
}

/** The link: what is in use and why, every link of the chain, host keys, secrets. */
export function LinkSection() {
  const profile = useProfile((p) => p.profile);
  const link = useProfile((p) => p.link);
  const chain = useProfile((p) => p.chain) ?? NO_CHAIN;
  if (profile === undefined || link === undefined) return null;
  return (
    <>
      <Reaching key={`link/${profile.name}`} profile={profile} link={link} chain={chain} />
      <LimitsPanel key={`limits/${profile.name}`} profile={profile} />
      <Panel title="A web server in front, for HTTPS">
        <p className="pb-2 text-quiet">
          nginx with TLS and an API key lets in what this link uses, and nothing else. The file is written
          here; the key is made on the droplet.
        </p>
        <NginxView key={`nginx/${profile.name}`} profile={profile.name} domain={domainOf(profile)} />
      </Panel>
      <RemoveProfile key={profile.name} profile={profile} />
    </>
  );
}
