import type { Environment, PresetName, SecretKind } from '../../../electron/contract/profile.ts';
import type { NewProfile } from '../../../electron/contract/profile-parts.ts';
import type { LinkErrors, LinkForm } from './link-form.ts';
import { emptyLink, isUrl, linkErrors, linkOf, linkOptions, secretKindsOf } from './link-form.ts';

const USUAL_MCP_URL = 'http://127.0.0.1:5000/mcp';

/** What the form for a new connection asks; all text, as typed. */
export interface ProfileForm {
  name: string;
  environment: Environment;
  preset: PresetName;
  /** In the user's order: the first that works is used. */
  links: readonly LinkForm[];
  /** As seen from the droplet; asked for where a link is SSH. */
  mcpUrl: string;
  /** Sent to the vault, never kept with the profile; links that need the same kind share it. */
  secrets: Partial<Record<SecretKind, string>>;
}

export function emptyForm(kind: LinkForm['kind']): ProfileForm {
  return {
    name: '',
    environment: 'live',
    preset: 'catalyst',
    links: [emptyLink(kind)],
    mcpUrl: USUAL_MCP_URL,
    secrets: {},
  };
}

export interface FormErrors {
  name?: string;
  mcpUrl?: string;
  /** By the id of the link. */
  links: Readonly<Record<number, LinkErrors>>;
}

/** Whether the MCP address as seen from the droplet matters to any of the links. */
export function asksMcpUrl(form: ProfileForm): boolean {
  return form.links.some((link) => link.kind === 'ssh');
}

/** What is wrong with the form, by field. */
export function formErrors(form: ProfileForm, taken: readonly string[]): FormErrors {
  const wrong = form.links.map((link) => [link.id, linkErrors(link)] as const);
  const errors: FormErrors = {
    links: Object.fromEntries(wrong.filter(([, one]) => Object.keys(one).length > 0)),
  };
  if (!/^[a-z0-9][a-z0-9-]{0,15}$/.test(form.name)) errors.name = 'Use 1 to 16 of a-z, 0-9 and -.';
  else if (taken.includes(form.name)) errors.name = 'This name is taken.';
  if (asksMcpUrl(form) && !isUrl(form.mcpUrl, ['http:', 'https:']))
    errors.mcpUrl = 'This is not an http or https address.';
  return errors;
}

export function isClean(errors: FormErrors): boolean {
  return errors.name === undefined && errors.mcpUrl === undefined && Object.keys(errors.links).length === 0;
}

/** As `profile add` has it: of the droplet where SSH leads there, else what is dialled directly. */
function mcpUrlOf(form: ProfileForm): string {
  if (asksMcpUrl(form)) return form.mcpUrl.trim();
  return form.links.find((link) => link.kind === 'direct')?.url.trim() ?? USUAL_MCP_URL;
}

/** The profile that the form describes; core gives it the services of its preset. */
export function profileOf(form: ProfileForm): NewProfile {
  return {
    name: form.name,
    preset: form.preset,
    environment: form.environment,
    links: form.links.map(linkOf),
    mcpUrl: mcpUrlOf(form),
    dir: '~/catalyst-trading-mcp',
    assumedZone: 'UTC',
    currency: 'USD',
  };
}

/** The link whose card asks for a secret of this kind: the first that needs it. */
export function asksSecret(form: ProfileForm, kind: SecretKind): LinkForm | undefined {
  return form.links.find((link) => secretKindsOf(link).includes(kind));
}

/** The secrets that were typed and that a link of the form uses. */
export function typedSecrets(form: ProfileForm): { kind: SecretKind; value: string }[] {
  const kinds = new Set(form.links.flatMap(secretKindsOf));
  return Object.entries(form.secrets).flatMap(([key, value]) => {
    const kind = key as SecretKind;
    return kinds.has(kind) && value !== '' ? [{ kind, value }] : [];
  });
}

/** A name for a profile from a host of ~/.ssh/config; may be empty. */
export function nameOf(alias: string): string {
  return alias
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 16)
    .replace(/-+$/, '');
}

/** One link moved by a place, up (-1) or down (1). */
export function moved(links: readonly LinkForm[], id: number, by: -1 | 1): LinkForm[] {
  const from = links.findIndex((link) => link.id === id);
  const link = links[from];
  const to = from + by;
  if (link === undefined || to < 0 || to >= links.length) return [...links];
  const rest = links.filter((one) => one !== link);
  return [...rest.slice(0, to), link, ...rest.slice(to)];
}

/** The same by command line, to copy. Secrets are read from standard input there, so none is in it. */
export function commandsOf(form: ProfileForm): string {
  const name = form.name === '' ? 'NAME' : form.name;
  const parts = ['catalyst-companion profile add', name, '--preset', form.preset];
  parts.push(...form.links.flatMap(linkOptions));
  if (asksMcpUrl(form) && form.mcpUrl.trim() !== USUAL_MCP_URL) parts.push('--mcp-url', form.mcpUrl.trim());
  if (form.environment !== 'live') parts.push('--env', form.environment);
  const secrets = typedSecrets(form).map(({ kind }) => `catalyst-companion secret set ${name} ${kind}`);
  return [parts.join(' '), ...secrets, `catalyst-companion connect ${name}`].join('\n');
}
