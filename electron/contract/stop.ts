import type { ToolEntry } from './bridge.ts';
import type { HttpsLink, LinkConfig, PresetName, Profile, SshHop, SshLink } from './profile.ts';

const STOP_PATH = '/api/v1/workflow/stop';

/** A word for a POSIX shell or PowerShell; plain words stay as they are. */
function word(text: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(text)) return text;
  return /^[\w@%+=:,./~ \\-]+$/.test(text) ? `"${text}"` : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const post = (url: string): string => `curl -sS -X POST ${word(url)}`;

const DEFAULT_WORKFLOW = 'http://localhost:5006';

/** Where the workflow service is, as seen from the droplet; an address that a shell could read otherwise is not used. */
function workflowUrl(profile: Profile): string {
  const url = profile.services.find((service) => service.name === 'workflow')?.url ?? DEFAULT_WORKFLOW;
  return /^[\w:/.[\]-]+$/.test(url) ? url.replace(/\/+$/, '') : DEFAULT_WORKFLOW;
}

function hopText({ user, host, port }: SshHop): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${user}@${name}${port === 22 ? '' : `:${port}`}`;
}

function overSsh(link: SshLink, profile: Profile): string {
  const key = link.auth.find((auth) => auth.kind === 'key');
  const words = [
    'ssh',
    ...(link.port === 22 ? [] : ['-p', String(link.port)]),
    ...(key ? ['-i', word(key.file)] : []),
    ...(link.jump.length > 0 ? ['-J', word(link.jump.map(hopText).join(','))] : []),
    // a name that starts with a dash must not be read as an option
    ...(link.user.startsWith('-') ? ['--'] : []),
    word(`${link.user}@${link.host}`),
  ];
  return `${words.join(' ')} "${post(workflowUrl(profile) + STOP_PATH)}"`;
}

/** The key is never printed: the user puts it in. */
function overHttps(link: HttpsLink): string {
  const url = `${new URL(link.url).origin}/svc/workflow${STOP_PATH}`;
  const header = link.apiKeyHeader ? ` -H "${link.apiKeyHeader}: YOUR_API_KEY"` : '';
  const ca = link.caFile ? ` --cacert ${word(link.caFile)}` : '';
  return `curl -sS -X POST${ca}${header} ${word(url)}`;
}

function overLink(link: LinkConfig, profile: Profile): string {
  switch (link.kind) {
    case 'ssh':
      return overSsh(link, profile);
    case 'https':
      return overHttps(link);
    case 'direct':
      return `On the machine that runs the back end: ${post(workflowUrl(profile) + STOP_PATH)}`;
    case 'kubernetes': {
      const port = new URL(workflowUrl(profile)).port || '80';
      const forward = `kubectl --context ${word(link.context)} -n ${word(link.namespace)} port-forward service/workflow ${port}:${port}`;
      return `${forward}   and, in a second terminal: ${post(`http://localhost:${port}${STOP_PATH}`)}`;
    }
    default:
      return link satisfies never;
  }
}

/**
 * The command that stops the trading workflow without this app, ready to copy; never empty and never with a
 * secret in it. SSH comes first where a profile has it: it needs nothing but the key. Pure, so that the command
 * line and the page can show it while no app answers.
 */
export function manualStopCommand(profile: Profile): string {
  const link = profile.links.find((each) => each.kind === 'ssh') ?? profile.links[0];
  if (profile.preset !== 'catalyst' || link === undefined)
    return `${profile.name} has no stop that this app knows; stop it on the machine where it runs.`;
  return overLink(link, profile);
}

export interface CloseTool {
  name: string;
  /** Arguments as JSON text. */
  args: string;
}

const CLOSING = ['close_all_positions', 'close_all', 'emergency_stop'];
const STOPPING = ['stop_trading', 'stop_trading_cycle'];

function takes({ definition }: ToolEntry, argument: string): boolean {
  const { inputSchema } = JSON.parse(definition) as { inputSchema?: { properties?: object } | null };
  return Object.hasOwn(inputSchema?.properties ?? {}, argument);
}

function closeTool(tool: ToolEntry, fixed: object): CloseTool {
  const reason = takes(tool, 'reason') ? { reason: 'Close everything, from Catalyst Companion' } : {};
  return { name: tool.name, args: JSON.stringify({ ...fixed, ...reason }) };
}

/**
 * How "close everything" is said to this back end: a tool that sells every position, else a stop that takes
 * `close_positions`. Only what a person has approved counts; undefined where there is none. The names are those of
 * Catalyst's servers; another preset has nothing that closes positions.
 */
export function closeAllTool(preset: PresetName, tools: readonly ToolEntry[]): CloseTool | undefined {
  if (preset !== 'catalyst') return undefined;
  const listed = (name: string) => tools.find((tool) => tool.name === name && tool.status === 'listed');
  const closing = CLOSING.map(listed).find((tool) => tool !== undefined);
  if (closing !== undefined) return closeTool(closing, {});
  const stopping = STOPPING.map(listed).find((tool) => tool !== undefined && takes(tool, 'close_positions'));
  return stopping && closeTool(stopping, { close_positions: true });
}
