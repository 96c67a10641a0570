import { LAYER_ORDER } from '../../../electron/contract/doctor-layers.ts';
import type {
  CheckState,
  DoctorCheck,
  DoctorLayer,
  DoctorRun,
  DoctorVerdict,
} from '../../../electron/contract/doctor.ts';
import type { Tone } from '../../../electron/contract/present.ts';
import type { LinkConfig } from '../../../electron/contract/profile.ts';

export const CHECK_TONE: Readonly<Record<CheckState, Tone>> = {
  ok: 'live',
  warning: 'attention',
  failed: 'danger',
  skipped: 'off',
};

export const CHECK_WORD: Readonly<Record<CheckState, string>> = {
  ok: 'ok',
  warning: 'warning',
  failed: 'failed',
  skipped: 'skipped',
};

export const VERDICT: Readonly<Record<DoctorVerdict['result'], { tone: Tone; label: string }>> = {
  healthy: { tone: 'live', label: 'All is well' },
  warnings: { tone: 'attention', label: 'It works, with warnings' },
  broken: { tone: 'danger', label: 'Something is broken' },
  unfinished: { tone: 'unknown', label: 'Not finished' },
};

/** What each layer looks at, said until its checks have spoken. */
export const LAYER_LOOKS: Readonly<Record<DoctorLayer, string>> = {
  profile: "The app's own files, their permissions, and the links of this profile.",
  name: 'The host name leads to an address.',
  tcp: 'Something takes connections on the port.',
  ssh: 'Keys and agent, greeting, host key, sign-in.',
  tls: 'The certificate: its names, its dates, who signed it.',
  tunnel: 'The MCP port can be reached through the SSH connection.',
  web: 'What answers over HTTP: access, path, redirects, host guard, clocks.',
  mcp: 'A handshake in both eras of the protocol.',
  session: 'The server still knows the session that it gave.',
  tools: 'The list, against the one that you approved. None is called.',
  services: 'The health of each service, asked over the same link.',
  stub: 'The program that Claude starts, started as Claude would.',
  client: 'The file parses, our entry stands in it, and Claude has read it.',
  log: 'What Claude wrote about our entry.',
  policy: 'Whether local servers are allowed on this computer.',
};

/** The layers that a link does not have. */
const FOREIGN: Readonly<Record<LinkConfig['kind'], readonly DoctorLayer[]>> = {
  ssh: ['tls'],
  https: ['ssh', 'tunnel'],
  direct: ['ssh', 'tunnel', 'tls'],
  kubernetes: ['ssh', 'tunnel', 'tls'],
};

/** The layers that a profile has, in the order in which they carry one another. */
export function layersOf(links: readonly Pick<LinkConfig, 'kind'>[]): DoctorLayer[] {
  return LAYER_ORDER.filter((layer) => links.some(({ kind }) => !FOREIGN[kind].includes(layer)));
}

const RANK: readonly CheckState[] = ['failed', 'warning', 'ok', 'skipped'];

/** The state of a layer: its worst check; skipped only where all are. */
export function worstOf(checks: readonly DoctorCheck[]): CheckState {
  return RANK.find((state) => checks.some((check) => check.state === state)) ?? 'skipped';
}

/** `34 ok · 1 warning · 2 failed`. */
export function countsText(checks: readonly DoctorCheck[]): string {
  const parts = (['ok', 'warning', 'failed', 'skipped'] as const).flatMap((state) => {
    const count = checks.filter((check) => check.state === state).length;
    return count === 0
      ? []
      : [`${count} ${state === 'warning' && count > 1 ? 'warnings' : CHECK_WORD[state]}`];
  });
  return parts.join(' · ');
}

/** The first thing that is broken or doubtful, where something helps against it. */
export function firstToHelp(run: DoctorRun | null): DoctorCheck | undefined {
  if (run === null) return undefined;
  const { result, check: id } = run.verdict;
  const state = result === 'broken' ? 'failed' : 'warning';
  const first = run.checks.find((check) => check.id === id && check.state === state);
  return first?.remedy ? first : undefined;
}
