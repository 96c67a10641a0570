import { downtimeText, parseDowntime } from '../../../electron/contract/downtime-text.ts';
import { partsOf, sameValue, servicesAt } from '../../../electron/contract/profile-change.ts';
import type { LinkConfig, Profile, ServiceConfig, SshLink } from '../../../electron/contract/profile.ts';
import type { ProfileParts } from '../../../electron/contract/profile-parts.ts';
import type { LinkForm } from './link-form.ts';
import { emptyLink, isUrl, linkOf } from './link-form.ts';
import type { FormErrors, ProfileForm } from './profile-form.ts';
import { formErrors, isClean } from './profile-form.ts';

/** Seconds between two reads where a profile says nothing. */
const READ_SECONDS = 5;

/** What can be changed of a profile; all text, as typed. */
export interface EditForm extends ProfileForm {
  /** `NAME=URL`, one a line. */
  services: string;
  dir: string;
  readSeconds: string;
  downtime: string;
}

export interface EditErrors extends FormErrors {
  services?: string;
  dir?: string;
  readSeconds?: string;
  downtime?: string;
}

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host);
const target = (hop: { user: string; host: string; port: number }) =>
  `${hop.user}@${bracketed(hop.host)}${hop.port === 22 ? '' : `:${hop.port}`}`;

function sshForm(link: SshLink, id: number): LinkForm {
  const { expose = [], ...rest } = link;
  const [way] = link.auth;
  const typed: LinkForm = {
    ...emptyLink('ssh', id),
    target: target(link),
    auth: way?.kind ?? 'key',
    ...(way?.kind === 'key' ? { identity: way.file } : {}),
    jump: link.jump.map(target).join(', '),
    exposes: expose.length > 0,
    expose: expose.map((one) => `${one.localPort}:${bracketed(one.host)}:${one.port}`).join(', '),
  };
  // more than the fields can hold, such as a keepalive, is kept whole
  return sameValue(linkOf(typed), link)
    ? typed
    : { ...typed, imported: { alias: '', link: rest, notes: [] } };
}

/** A link in the fields of the form, nothing of it lost. */
export function formOfLink(link: LinkConfig, id: number): LinkForm {
  switch (link.kind) {
    case 'ssh':
      return sshForm(link, id);
    case 'https': {
      const { url, apiKeyHeader = '', caFile = '', pinSha256: pin = '' } = link;
      return { ...emptyLink('https', id), url, apiKeyHeader, caFile, pin };
    }
    case 'direct':
      return { ...emptyLink('direct', id), url: link.url };
    case 'kubernetes':
      return { ...emptyLink('direct', id), kept: link };
    default:
      return link satisfies never;
  }
}

const servicesText = (services: readonly ServiceConfig[]): string =>
  services.map(({ name, url }) => `${name}=${url}`).join('\n');

/** The services of the text; undefined where a line is none. */
function servicesOf(text: string): ServiceConfig[] | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const services = lines
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', url = ''] = /^([a-z0-9-]{1,32})\s*=\s*(\S+)$/.exec(line) ?? [];
      return { name, url };
    });
  return services.every(({ url }) => isUrl(url, ['http:', 'https:'])) ? services : undefined;
}

export function editFormOf(profile: Profile): EditForm {
  const { name, environment, preset, links, mcpUrl, services, dir, readSeconds, downtime } = profile;
  return {
    name,
    environment,
    preset,
    links: links.map(formOfLink),
    mcpUrl,
    secrets: {},
    services: servicesText(services),
    dir,
    readSeconds: String(readSeconds ?? READ_SECONDS),
    downtime: downtimeText(downtime),
  };
}

function readSecondsOf(text: string): number | undefined {
  const seconds = Number(text.trim().replace(',', '.'));
  return text.trim() !== '' && seconds >= 0.5 && seconds <= 60 ? seconds : undefined;
}

/** What is wrong with the form, by field. */
export function editErrors(form: EditForm): EditErrors {
  const errors: EditErrors = { ...formErrors(form, []) };
  const services = servicesOf(form.services);
  const names = services?.map(({ name }) => name) ?? [];
  if (services === undefined) errors.services = 'Write each as NAME=URL on a line of its own.';
  else if (new Set(names).size < names.length) errors.services = 'Each name can be used once.';
  // kept also where no link needs it now
  if (!isUrl(form.mcpUrl, ['http:', 'https:'])) errors.mcpUrl = 'This is not an http or https address.';
  if (form.dir.trim() === '') errors.dir = 'Name the folder.';
  if (readSecondsOf(form.readSeconds) === undefined) errors.readSeconds = 'Use 0.5 to 60.';
  if (form.downtime.trim() !== '' && parseDowntime(form.downtime) === undefined)
    errors.downtime = 'Write it as mon-fri 22:00-06:00 UTC.';
  return errors;
}

/** Whether the form can be sent. */
export function isEditClean(errors: EditErrors): boolean {
  const { services, dir, readSeconds, downtime } = errors;
  return isClean(errors) && [services, dir, readSeconds, downtime].every((error) => error === undefined);
}

/** What the profile would be with a clean form; a service at the MCP endpoint follows it unless services were edited. */
export function partsOfForm(form: EditForm, profile: Profile): ProfileParts {
  const before = partsOf(profile);
  const mcpUrl = form.mcpUrl.trim();
  const untouched = form.services === servicesText(profile.services);
  const seconds = readSecondsOf(form.readSeconds) ?? READ_SECONDS;
  const downtime =
    form.downtime === downtimeText(profile.downtime) ? before.downtime : parseDowntime(form.downtime);
  return {
    environment: form.environment,
    links: form.links.map(linkOf),
    mcpUrl,
    services: untouched ? servicesAt(before, mcpUrl) : (servicesOf(form.services) ?? []),
    dir: form.dir.trim(),
    ...(seconds === READ_SECONDS && before.readSeconds === undefined ? {} : { readSeconds: seconds }),
    ...(downtime === undefined ? {} : { downtime }),
  };
}
