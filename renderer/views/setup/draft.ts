import type { SshLink } from '../../../electron/contract/profile.ts';
import type { LinkForm } from '../connections/link-form.ts';
import { emptyLink } from '../connections/link-form.ts';
import type { ProfileForm } from '../connections/profile-form.ts';
import { emptyForm } from '../connections/profile-form.ts';
import type { Understood } from './understand.ts';
import { understand } from './understand.ts';

/** The three ways to begin. */
export const WAYS = ['demo', 'ssh', 'https'] as const;
export type Way = (typeof WAYS)[number];

/** What the first step holds until the profile exists. Secrets are never kept outside the page's memory. */
export interface Draft {
  way: Way;
  /** As pasted. */
  text: string;
  /** A host of ~/.ssh/config that was chosen in the place of the text. */
  alias: string;
  sign: 'new-key' | 'key' | 'agent' | 'password';
  identity: string;
  name: string;
  form: Pick<ProfileForm, 'environment' | 'preset' | 'mcpUrl'>;
  header: string;
}

const KEPT_AT = 'setup-draft';

function emptyDraft(way: Way): Draft {
  const { environment, preset, mcpUrl } = emptyForm('ssh');
  return {
    way,
    text: '',
    alias: '',
    sign: 'new-key',
    identity: '~/.ssh/id_ed25519',
    name: '',
    form: { environment, preset, mcpUrl },
    header: 'X-API-Key',
  };
}

/** The draft of this window, so that a reload or another page in between loses nothing. */
export function keptDraft(demo: boolean): Draft {
  const empty = emptyDraft(demo ? 'demo' : 'ssh');
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT_AT) ?? '{}') as Partial<Draft>;
    const usable = kept.way !== undefined && WAYS.includes(kept.way) && (demo || kept.way !== 'demo');
    const way = usable ? kept.way : empty.way;
    return { ...empty, ...kept, way: way ?? empty.way, form: { ...empty.form, ...kept.form } };
  } catch {
    return empty;
  }
}

export function keepDraft(draft: Draft): void {
  sessionStorage.setItem(KEPT_AT, JSON.stringify(draft));
}

export function dropDraft(): void {
  sessionStorage.removeItem(KEPT_AT);
}

/** A name that is free: the preset's own, or one with a number. */
export function freeName(preset: string, taken: readonly string[]): string {
  const all = [preset, ...Array.from({ length: 98 }, (_, i) => `${preset}-${i + 2}`)];
  return all.find((name) => !taken.includes(name)) ?? '';
}

function sshForm(draft: Draft, found: Extract<Understood, { kind: 'ssh' }>): LinkForm {
  const key = found.identity ?? draft.identity;
  return {
    ...emptyLink('ssh'),
    target: found.target,
    jump: found.jump.join(','),
    auth: draft.sign === 'new-key' ? 'key' : draft.sign,
    identity: draft.sign === 'new-key' ? 'made here' : key,
  };
}

/** The form that the draft fills in, or what is missing. */
export function formOf(
  draft: Draft,
  imported: SshLink | null,
  secrets: ProfileForm['secrets'],
  taken: readonly string[],
): { form: ProfileForm } | { wrong: string } {
  const found = understand(draft.text);
  const whole = (link: LinkForm): { form: ProfileForm } => ({
    form: {
      ...draft.form,
      name: draft.name.trim() || freeName(draft.form.preset, taken),
      links: [link],
      secrets,
    },
  });
  if (imported !== null)
    return whole({ ...emptyLink('ssh'), imported: { alias: draft.alias, link: imported, notes: [] } });
  switch (found.kind) {
    case 'ssh':
      return whole(sshForm(draft, found));
    case 'https':
      return whole({ ...emptyLink('https'), url: found.url, apiKeyHeader: draft.header });
    case 'direct':
      return whole({ ...emptyLink('direct'), url: found.url });
    case 'nothing':
      return { wrong: 'Say where it is: ssh root@203.0.113.10, or https://trading.example.com.' };
    case 'alias':
      return { wrong: `Say who signs in: root@${found.alias}.` };
    case 'problem':
      return { wrong: found.text };
    default:
      return found satisfies never;
  }
}
