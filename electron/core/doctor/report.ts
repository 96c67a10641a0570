import type { DoctorCheck, DoctorRun } from '../../contract/doctor.ts';
import { DOCTOR_LAYERS, LAYER_ORDER } from '../../contract/doctor-layers.ts';
import type { Profile } from '../../contract/profile.ts';
import { bareHost, isLoopbackHost } from '../addresses.ts';
import { visible } from '../guard/visible.ts';
import type { DoctorPorts } from './ports.ts';

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

const SIGNS: Readonly<Record<DoctorCheck['state'], string>> = {
  ok: 'ok     ',
  warning: 'warning',
  failed: 'FAILED ',
  skipped: 'skipped',
};

/** One check as lines of text. */
function linesOf({ state, id, subject, seen, ms, remedy }: DoctorCheck): string[] {
  const about = subject === null ? '' : ` [${subject}]`;
  const first = `  ${SIGNS[state]} ${id}${about} (${Math.round(ms)} ms): ${seen}`;
  if (!remedy || state === 'ok') return [first];
  return [
    first,
    `          ${remedy.text}${remedy.command === null ? '' : `\n          $ ${remedy.command}`}`,
  ];
}

/** The checks of a run in the order of the layers. */
function textOf(run: Omit<DoctorRun, 'report'>, about: string): string {
  const blocks = LAYER_ORDER.flatMap((layer) => {
    const checks = run.checks.filter((check) => check.layer === layer);
    return checks.length === 0 ? [] : [DOCTOR_LAYERS[layer], ...checks.flatMap(linesOf)];
  });
  return [about, '', run.verdict.text, '', ...blocks, ''].join('\n');
}

/** Every user name that the report could name. */
function userNames({ links }: Profile, userName: string): string[] {
  const users = links.flatMap((link) => (link.kind === 'ssh' ? [link, ...link.jump] : []));
  return [...new Set([userName, ...users.map(({ user }) => user)])].filter((name) => name.length > 1);
}

/** Every host that the profile names, but for this computer itself. */
function hostNames({ links, mcpUrl, services }: Profile): string[] {
  const urls = [mcpUrl, ...services.map(({ url }) => url)];
  const hosts = links.flatMap((link) => {
    if (link.kind === 'ssh')
      return [link, ...link.jump].flatMap(({ host, hostKeyAlias }) => [
        host,
        ...(hostKeyAlias ? [hostKeyAlias] : []),
      ]);
    if (link.kind === 'kubernetes') return [link.context];
    urls.push(link.url);
    return [];
  });
  const fromUrls = urls.flatMap((url) => (URL.canParse(url) ? [bareHost(new URL(url).hostname)] : []));
  const named = [...new Set([...hosts, ...fromUrls])].filter((host) => !isLoopbackHost(host));
  return named.sort((a, b) => b.length - a.length);
}

/** Masks secrets, the home folder and user names, which no report needs. */
export function withoutPeople(text: string, ports: DoctorPorts, profile: Profile): string {
  let masked = visible(ports.redact(text));
  for (const home of [ports.home.dir, ports.userHome]) {
    if (home.length > 1) masked = masked.replaceAll(home, home === ports.userHome ? '~' : '~/STATE');
  }
  for (const user of userNames(profile, ports.userName)) {
    // a user called as the profile is told by the @ alone
    const after = user === profile.name ? '(?=@)' : String.raw`(?![\w-])`;
    masked = masked.replace(new RegExp(`(?<![\\w-])${escaped(user)}${after}`, 'g'), 'USER');
  }
  return masked;
}

const IPV4 = /(?<![\d.])(?!127\.)(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;
const IPV6 = /(?<![\w:])(?!::1(?![\w:]))(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){0,6}(?![\w:])/gi;
const PRINTS = /SHA256:[A-Za-z0-9+/]{20,}|\b[0-9a-f]{64}\b/g;

/** Masks hosts, addresses and fingerprints as well. */
export function withoutHosts(text: string, profile: Profile): string {
  let masked = text;
  hostNames(profile).forEach((host, index) => {
    const labels = host.split('.');
    // its neighbours in a certificate tell as much as the name itself
    const parent =
      labels.length > 2 && !/^[\d.:]+$/.test(host) ? `|[\\w*.-]*${escaped(labels.slice(-2).join('.'))}` : '';
    masked = masked.replace(
      new RegExp(`(?<![\\w-])(?:${escaped(host)}${parent})(?![\\w-])`, 'gi'),
      `HOST${index + 1}`,
    );
  });
  return masked.replace(PRINTS, 'FINGERPRINT').replace(IPV4, 'ADDRESS').replace(IPV6, 'ADDRESS');
}

/** The report of a run, with and without hosts. */
export function reportOf(
  run: Omit<DoctorRun, 'report'>,
  ports: DoctorPorts,
  profile: Profile,
): DoctorRun['report'] {
  const kinds = profile.links.map(({ kind }) => kind).join(', ');
  const at = new Date(run.at).toISOString();
  const about = `Catalyst Companion ${ports.version} doctor, profile ${profile.name} (${profile.preset}, ${profile.environment}; links: ${kinds}), ${ports.platform}, ${at}`;
  const plain = withoutPeople(textOf(run, about), ports, profile);
  return { plain, masked: withoutHosts(plain, profile) };
}
