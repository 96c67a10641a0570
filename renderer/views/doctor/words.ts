import type {
  CheckState,
  DoctorCheck,
  DoctorLayer,
  DoctorVerdict,
} from '../../../electron/contract/doctor.ts';
import type { Tone } from '../../../electron/contract/present.ts';

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

/** The layers where the stream named none, because the run is an earlier one. */
export const LAYER_LABELS: Readonly<Record<DoctorLayer, string>> = {
  profile: 'Profile and settings',
  name: 'Name resolution',
  tcp: 'TCP connection',
  ssh: 'SSH',
  tls: 'TLS',
  tunnel: 'Tunnel',
  web: 'Web server',
  mcp: 'MCP handshake',
  session: 'MCP session',
  tools: 'Tools',
  services: 'Services',
  stub: 'Bridge program',
  client: "Claude's configuration",
  log: "Claude's logs",
  policy: 'Policy',
};

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
