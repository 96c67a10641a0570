import type { ErrorShape } from '../contract/errors.ts';
import { carries } from '../contract/awaited.ts';
import type { ChainLink, LinkState } from '../contract/link.ts';
import {
  age,
  certificateWarning,
  exposedName,
  jumpNames,
  linkName,
  presentChain,
  presentChainLink,
  presentLink,
} from '../contract/present.ts';
import type { ProfileState } from '../contract/state.ts';
import { visible } from '../core/guard/visible.ts';
import { table } from './output.ts';
import { doubtRows, knownRows } from './status-known.ts';

export function linkError(link: LinkState): ErrorShape | undefined {
  if (link.state === 'reconnecting') return link.lastError;
  return link.state === 'blocked' || link.state === 'degraded' ? link.error : undefined;
}

/** The link's label and cause; a host key that waits for a decision, and what can be done, on lines of their own. */
export function linkLines(link: LinkState, now: number): string[] {
  const { label, detail } = presentLink(link, now);
  const lines = [detail ? `${label}: ${detail}` : label];
  if (link.state === 'blocked' && link.hostKey)
    lines.push(
      `${link.hostKey.host} ${link.hostKey.type} ${link.hostKey.fingerprint}`,
      ...link.hostKey.known.map((key) => `known before: ${key}`),
    );
  const error = linkError(link);
  if (error) lines.push(error.next);
  return lines;
}

/** Certificate, ports and the cause of a link of the chain; `told` is what the lines above have said already. */
function remarks(entry: ChainLink, link: LinkState, now: number, told: string): string[] {
  const { detail } = presentChainLink(entry, now, link);
  const lines: string[] = [];
  if (detail && entry.state !== 'in-use' && !told.includes(detail)) lines.push(detail);
  if (entry.state === 'refused' && entry.error && link.state !== 'blocked') lines.push(entry.error.next);
  if (entry.hostKey && link.state !== 'blocked')
    lines.push(`${entry.hostKey.host} ${entry.hostKey.type} ${entry.hostKey.fingerprint}`);
  const ending = entry.certificate ? certificateWarning(entry.certificate, now) : undefined;
  if (ending && ending.tone !== 'off') lines.push(ending.text);
  for (const port of entry.exposed)
    lines.push(port.error ? `${exposedName(port)}: ${port.error.message}` : exposedName(port));
  return lines.map(visible);
}

/** One line for each link in the user's order, `*` before the one in use, its remarks below. */
function chainRows({ chain, profile, link }: ProfileState, now: number, told: string): string[][] {
  return chain.flatMap((entry, i) => {
    const hops = jumpNames(profile.links[entry.via.index]);
    const via = hops.length > 0 ? ` via ${hops.join(', ')}` : '';
    const { label } = presentChainLink(entry, now, link);
    const idle = entry.state === 'idle' || entry.since === 0;
    const rtt = entry.rttMs === null ? '' : `${entry.rttMs.toFixed(entry.rttMs < 10 ? 1 : 0)} ms`;
    const words = [label, ...(idle ? [] : [`for ${age(now - entry.since)}`]), ...(rtt ? [rtt] : [])];
    const mark = entry.state === 'in-use' ? '*' : ' ';
    return [
      [i === 0 ? 'links' : '', `${mark} ${i + 1}  ${linkName(entry.via)}${via}: ${words.join(', ')}`],
      ...remarks(entry, link, now, told).map((line) => ['', `     ${line}`]),
    ];
  });
}

/** What `status` prints for one profile at `now` (ms): the link, which one of the chain is in use and why, then what is known. */
export function statusText(name: string, state: ProfileState, now: number): string {
  const { profile, link, chain } = state;
  const reason = presentChain(chain, now);
  const [first = '', ...more] = linkLines(link, now);
  const said = [first, ...(reason ? [reason] : []), ...more].map(visible);
  const rows = said.map((line, i) => [i === 0 ? 'link' : '', line]);
  rows.push(...chainRows(state, now, said.join('\n')));
  // without a link nothing of the droplet is known, which one line says better than one per service
  if (carries(link)) rows.push(...knownRows(state, now));
  else if (link.state !== 'off') rows.push(['services', 'unknown'], ['positions', 'unknown']);
  rows.push(...doubtRows(state, now));
  return `${name}  ${profile.environment.toUpperCase()}\n${table(rows.map((row) => ['', ...row]))}`;
}
