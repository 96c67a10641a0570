import { ArrowRight, Globe, Plug, ShieldCheck, Ship, SquareTerminal } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type {
  CertificateFacts,
  ChainLink,
  ExposedFacts,
  LinkState,
} from '../../../electron/contract/link.ts';
import {
  age,
  certificateWarning,
  exposedName,
  linkName,
  presentChainLink,
} from '../../../electron/contract/present.ts';
import type { Tone } from '../../../electron/contract/present.ts';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import { StateMark, StateWord, TONE_TEXT } from '../../parts/state-mark.tsx';
import { Duration } from '../../parts/quantity.tsx';
import type { ChainRow } from './chain-rows.ts';
import { setupWords } from './chain-rows.ts';

export const KIND_ICON: Readonly<Record<LinkConfig['kind'], LucideIcon>> = {
  ssh: SquareTerminal,
  https: Globe,
  direct: Plug,
  kubernetes: Ship,
};

/** As healthy as `RETURN_AFTER_MS` asks, of 100. */
const RETURN_AFTER_S = 60;

/** One fact below a link's name; a mark only where it is not as it should be. */
function Line({ tone = 'off', icon, children }: { tone?: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <p className="flex items-start gap-1.5 text-sm text-quiet">
      <span className="flex h-4 w-3 shrink-0 items-center justify-center">
        {tone === 'off' ? icon : <StateMark tone={tone} size={10} />}
      </span>
      <span className="min-w-0">{children}</span>
    </p>
  );
}

function Hops({ row }: { row: ChainRow }) {
  const words = setupWords(row.config).join(', ');
  return (
    <p className="truncate text-sm text-quiet" title={words}>
      {row.hops.map(({ name, broken }, i) => (
        <span key={name} data-broken={broken ? '' : undefined}>
          {i === 0 ? 'via ' : ' then '}
          {broken ? (
            <span className={`inline-flex items-baseline gap-1 font-medium ${TONE_TEXT.danger}`}>
              <StateMark tone="danger" size={9} />
              {name}
            </span>
          ) : (
            <span className="text-text">{name}</span>
          )}
        </span>
      ))}
      {row.hops.length === 0 ? '' : ' · '}
      {words}
    </p>
  );
}

function Proof({ entry, now, detail }: { entry: ChainLink; now: number; detail: string }) {
  const seconds = Math.min(RETURN_AFTER_S, Math.max(0, Math.floor((now - entry.since) / 1000)));
  return (
    <div className="flex items-center gap-2 pt-0.5" data-testid="proof">
      <progress
        max={RETURN_AFTER_S}
        value={seconds}
        aria-label="Seconds healthy, of 60"
        className="h-1 w-24 shrink-0 appearance-none overflow-hidden rounded-sm [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
      />
      <span className="text-sm text-quiet">{detail}</span>
    </div>
  );
}

function Why({ entry, tone }: { entry: ChainLink; tone: Tone }) {
  // a host key is explained above the list, where it can be compared
  if (entry.error === null || entry.hostKey !== null) return null;
  return (
    <Line tone={tone}>
      <span className={TONE_TEXT[tone]}>{entry.error.message}</span> {entry.error.next}{' '}
      <code className="text-xs whitespace-nowrap">{entry.error.code}</code>
    </Line>
  );
}

function Certificate({ certificate, now }: { certificate: CertificateFacts; now: number }) {
  const { tone, text } = certificateWarning(certificate, now);
  const about = `For ${certificate.names.join(', ')}. SHA-256 ${certificate.sha256}`;
  return (
    <Line tone={tone} icon={<ShieldCheck size={12} aria-hidden />}>
      <span title={about} data-testid="certificate">
        <span className={tone === 'off' ? '' : `font-medium ${TONE_TEXT[tone]}`}>{text}</span> Issued by{' '}
        {certificate.issuer}.
      </span>
    </Line>
  );
}

function Exposed({ port }: { port: ExposedFacts }) {
  return (
    <Line tone={port.error === null ? 'off' : 'attention'} icon={<ArrowRight size={12} aria-hidden />}>
      <span data-testid="exposed">
        <code className="text-text">{exposedName(port)}</code>{' '}
        {port.error === null ? (
          'open on this computer'
        ) : (
          <>
            <span className={TONE_TEXT.attention}>{port.error.message}</span> {port.error.next}
          </>
        )}
      </span>
    </Line>
  );
}

/** Ports that open with this link, while it is not the one in use. */
function waitingPorts({ config, entry }: ChainRow): string[] {
  if (config.kind !== 'ssh' || entry.state === 'in-use' || entry.exposed.length > 0) return [];
  return (config.expose ?? []).map(({ localPort, host, port }) =>
    exposedName({ localPort, target: `${host}:${port}` }),
  );
}

function Row({ row, link, now }: { row: ChainRow; link: LinkState; now: number }) {
  const { entry, config } = row;
  const { tone, label, detail } = presentChainLink(entry, now, link);
  const used = entry.state === 'in-use';
  const Icon = KIND_ICON[config.kind];
  const bar = { live: 'bg-live', attention: 'bg-attention', danger: 'bg-danger' } as const;
  return (
    <li
      data-testid={`chain-${entry.via.index}`}
      data-state={entry.state}
      aria-current={used ? 'true' : undefined}
      className="relative flex gap-3 overflow-hidden border-t border-line px-4 py-2.5 last:rounded-b-md aria-[current]:bg-surface"
    >
      {used ? (
        <span
          aria-hidden
          className={`absolute inset-y-0 left-0 w-[3px] ${bar[tone as keyof typeof bar] ?? 'bg-unknown'}`}
        />
      ) : null}
      <span className="w-3 shrink-0 text-right leading-5 text-quiet">{entry.via.index + 1}</span>
      <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${used ? 'text-text' : 'text-quiet'}`} />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex items-center gap-3 leading-5">
          <span className={`min-w-0 flex-1 truncate ${used ? 'font-semibold' : 'font-medium'}`}>
            {linkName(entry.via)}
          </span>
          <span className="w-36 shrink-0">
            <StateWord tone={tone} label={label} data-testid="chain-state" />
          </span>
          <span className="w-16 shrink-0 text-right text-quiet">
            {entry.state === 'idle' || entry.since === 0 ? '' : `for ${age(now - entry.since)}`}
          </span>
          <span className="w-14 shrink-0 text-right text-quiet" title="Round trip">
            {entry.rttMs === null ? null : <Duration ms={entry.rttMs} />}
          </span>
        </div>
        <Hops row={row} />
        {entry.state === 'proving' ? <Proof entry={entry} now={now} detail={detail} /> : null}
        {entry.state === 'failed' || entry.state === 'refused' ? <Why entry={entry} tone={tone} /> : null}
        {entry.state === 'trying' ? <Why entry={entry} tone="attention" /> : null}
        {entry.certificate === null ? null : <Certificate certificate={entry.certificate} now={now} />}
        {entry.exposed.map((port) => (
          <Exposed key={port.localPort} port={port} />
        ))}
        {waitingPorts(row).map((port) => (
          <Line key={port} icon={<ArrowRight size={12} aria-hidden />}>
            <code>{port}</code> opens while this link is in use
          </Line>
        ))}
      </div>
    </li>
  );
}

/** The chain as the user ordered it, one row a link, the one in use marked. */
export function ChainList(props: { rows: readonly ChainRow[]; link: LinkState; now: number }) {
  return (
    <ol aria-label="Links in order of preference" data-testid="chain">
      {props.rows.map((row) => (
        <Row key={row.entry.via.index} row={row} link={props.link} now={props.now} />
      ))}
    </ol>
  );
}
