import type { ClientId } from '../contract/bridge.ts';
import { auditExport, auditTail, auditVerify } from './commands/audit.ts';
import * as clients from './commands/clients.ts';
import { runDemoDroplet } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { closeEndpoint, endpointStatus, openEndpoint } from './commands/endpoint.ts';
import { connect, disconnect, logs, setSecret, status, trust, untrust } from './commands/link.ts';
import { DROPLET_COMMANDS } from './commands/droplet.ts';
import { callTool, readResource } from './commands/mcp.ts';
import { closeAll, stopShortcut, stopTrading } from './commands/stop.ts';
import {
  dismissOutcome,
  LIMIT_OPTIONS,
  listGrants,
  listOutcomes,
  revokeGrant,
  setLimits,
} from './commands/guard.ts';
import { addProfile, importSsh, listProfiles, removeProfile, showProfile } from './commands/profile.ts';
import { setProfile } from './commands/profile-set.ts';
import type { ProfileOptions } from './commands/profile.ts';
import { runServe, version } from './commands/serve.ts';
import { approveTools, blockTools, listTools, showTool } from './commands/tools.ts';
import type { Command, Parsed } from './command.ts';
import type { Context } from './context.ts';
import { LINK_OPTIONS } from './link-options.ts';
import { usage } from './output.ts';

type OfClient = (context: Context, client: ClientId, profile: string) => Promise<void>;

const ofClient = (run: OfClient): Command => ({
  args: 'CLIENT PROFILE',
  run: ({ context, given: [client, profile = ''] }) => run(context, clients.clientId(client), profile),
});

const [NAME, PROFILE] = ['NAME', 'PROFILE'];

const PROFILE_OPTIONS = ['preset', 'env', 'mcp-url', 'service', 'dir', 'read-seconds', ...LINK_OPTIONS];

function profileOptions({ values, options }: Pick<Parsed, 'values' | 'options'>): ProfileOptions {
  return {
    preset: values.preset,
    env: values.env,
    mcpUrl: values['mcp-url'],
    services: values.service ?? [],
    dir: values.dir,
    readSeconds: values['read-seconds'],
    links: options.filter((option) => LINK_OPTIONS.includes(option.name)),
  };
}

/** Each command by its one or two words. */
const COMMANDS: Record<string, Command> = {
  serve: {
    options: ['demo', 'fault', 'port', 'no-open'],
    run: ({ context, values }) =>
      runServe(context, {
        demo: values.demo ?? false,
        faults: values.fault ?? [],
        port: values.port,
        open: !values['no-open'],
      }),
  },
  'profile add': {
    args: NAME,
    options: PROFILE_OPTIONS,
    run: ({ context, given: [name = ''], ...parsed }) => addProfile(context, name, profileOptions(parsed)),
  },
  endpoint: { run: ({ context }) => endpointStatus(context) },
  'endpoint on': {
    args: PROFILE,
    options: ['port'],
    run: ({ context, given: [profile = ''], values }) => openEndpoint(context, profile, values.port),
  },
  'endpoint off': {
    args: PROFILE,
    run: ({ context, given: [profile = ''] }) => closeEndpoint(context, profile),
  },
  'profile list': { run: ({ context }) => listProfiles(context) },
  'profile show': { args: NAME, run: ({ context, given: [name = ''] }) => showProfile(context, name) },
  'profile set': {
    args: NAME,
    options: [...PROFILE_OPTIONS.filter((option) => option !== 'preset'), 'downtime', 'confirm'],
    run: ({ context, given: [name = ''], ...parsed }) =>
      setProfile(context, name, {
        ...profileOptions(parsed),
        downtime: parsed.values.downtime,
        confirm: parsed.values.confirm,
      }),
  },
  'profile remove': { args: NAME, run: ({ context, given: [name = ''] }) => removeProfile(context, name) },
  'profile import-ssh': {
    args: 'ALIAS',
    options: ['name', ...PROFILE_OPTIONS],
    run: ({ context, given: [alias = ''], ...parsed }) =>
      importSsh(context, alias, { ...profileOptions(parsed), name: parsed.values.name }),
  },
  'secret set': {
    args: 'PROFILE KIND',
    run: ({ context, given: [profile = '', kind = ''] }) => setSecret(context, profile, kind),
  },
  trust: {
    args: 'PROFILE FINGERPRINT',
    run: ({ context, given: [profile = '', fingerprint = ''] }) => trust(context, profile, fingerprint),
  },
  untrust: {
    args: 'PROFILE FINGERPRINT',
    run: ({ context, given: [profile = '', fingerprint = ''] }) => untrust(context, profile, fingerprint),
  },
  connect: { args: PROFILE, run: ({ context, given: [profile = ''] }) => connect(context, profile) },
  disconnect: { args: PROFILE, run: ({ context, given: [profile = ''] }) => disconnect(context, profile) },
  status: { args: '[PROFILE]', run: ({ context, given: [profile] }) => status(context, profile) },
  logs: {
    args: PROFILE,
    options: ['follow'],
    run: ({ context, given: [profile = ''], values }) => logs(context, profile, values.follow ?? false),
  },
  'tools list': { args: PROFILE, run: ({ context, given: [profile = ''] }) => listTools(context, profile) },
  'tools show': {
    args: 'PROFILE TOOL',
    run: ({ context, given: [profile = '', tool = ''] }) => showTool(context, profile, tool),
  },
  'tools approve': {
    args: 'PROFILE [TOOL…]',
    options: ['all', 'as'],
    run: ({ context, given: [profile = '', ...tools], values }) =>
      approveTools(context, profile, tools, { all: values.all ?? false, as: values.as }),
  },
  'tools block': {
    args: 'PROFILE TOOL [TOOL…]',
    run: ({ context, given: [profile = '', ...tools] }) => blockTools(context, profile, tools),
  },
  call: {
    args: 'PROFILE TOOL [JSON]',
    run: ({ context, given: [profile = '', tool = '', json] }) => callTool(context, profile, tool, json),
  },
  read: {
    args: 'PROFILE URI',
    run: ({ context, given: [profile = '', uri = ''] }) => readResource(context, profile, uri),
  },
  stop: { args: PROFILE, run: ({ context, given: [profile = ''] }) => stopTrading(context, profile) },
  'close-all': { args: PROFILE, run: ({ context, given: [profile = ''] }) => closeAll(context, profile) },
  'stop-shortcut': {
    args: 'KEYS|off',
    run: ({ context, given: [keys = ''] }) => stopShortcut(context, keys),
  },
  limits: {
    args: PROFILE,
    options: LIMIT_OPTIONS,
    run: ({ context, given: [profile = ''], options }) => setLimits(context, profile, options),
  },
  'grants list': { args: PROFILE, run: ({ context, given: [profile = ''] }) => listGrants(context, profile) },
  'grants revoke': {
    args: 'PROFILE ID',
    run: ({ context, given: [profile = '', id = ''] }) => revokeGrant(context, profile, id),
  },
  'outcomes list': {
    args: PROFILE,
    run: ({ context, given: [profile = ''] }) => listOutcomes(context, profile),
  },
  'outcomes dismiss': {
    args: 'PROFILE ID',
    run: ({ context, given: [profile = '', id = ''] }) => dismissOutcome(context, profile, id),
  },
  'clients list': { run: ({ context }) => clients.listClients(context) },
  'clients preview': ofClient(clients.previewClient),
  'clients install': ofClient((...given) => clients.changeClient(...given, 'install')),
  'clients remove': ofClient((...given) => clients.changeClient(...given, 'remove')),
  'clients check': {
    args: 'CLIENT',
    run: ({ context, given: [client] }) => clients.checkClient(context, clients.clientId(client)),
  },
  'clients undo': {
    args: 'CLIENT',
    options: ['force'],
    run: ({ context, given: [client], values }) =>
      clients.changeClient(context, clients.clientId(client), '', 'undo', values.force ?? false),
  },
  'audit verify': { run: ({ context }) => auditVerify(context) },
  'audit tail': {
    args: '[N]',
    options: ['profile', 'kind'],
    run: ({ context, given: [count], values }) => auditTail(context, count, values),
  },
  'audit export': {
    options: ['format', 'from', 'to', 'out'],
    run: ({ context, values }) => auditExport(context, values),
  },
  'demo-droplet': {
    options: ['fault', 'seed'],
    run: ({ context, values }) => runDemoDroplet(context, values.fault ?? [], values.seed),
  },
  doctor: {
    args: PROFILE,
    options: ['report', 'mask-hosts'],
    run: ({ context, given: [profile = ''], values }) => doctor(context, profile, values),
  },
  mcpb: {
    args: PROFILE,
    options: ['out'],
    run: ({ context, given: [profile = ''], values }) => clients.writeBundle(context, profile, values.out),
  },
  ...DROPLET_COMMANDS,
};

const EVERYWHERE = ['json', 'yes', 'help', 'version'];

/** The command that the words name, with the words after it. Throws USAGE naming what there is. */
function find(words: readonly string[]): { name: string; command: Command; given: string[] } {
  const [first = '', second] = words;
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    if (words.length < length || !Object.hasOwn(COMMANDS, name)) continue;
    const command = COMMANDS[name];
    if (command) return { name, command, given: words.slice(length) };
  }
  const actions = Object.keys(COMMANDS).flatMap((name) =>
    name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : [],
  );
  if (actions.length === 0) throw usage(`There is no command "${first}".`);
  const takes = `${first} takes ${actions.slice(0, -1).join(', ')}${actions.length > 1 ? ' or ' : ''}${actions.at(-1)}`;
  throw usage(second === undefined ? `${takes}.` : `${takes}, not "${second}".`);
}

function check(name: string, { args = '', options = [] }: Command, given: string[], parsed: Parsed): void {
  const form = `catalyst-companion ${[name, args].filter(Boolean).join(' ')}`;
  const wanted = args.split(' ').filter(Boolean);
  const needed = wanted.filter((word) => !word.startsWith('['));
  const missing = needed[given.length];
  if (missing !== undefined) throw usage(`${missing} is missing.`, `The command is: ${form}`);
  const extra = given[wanted.length];
  if (extra !== undefined && !args.endsWith('…]'))
    throw usage(`"${extra}" is one word too many.`, `The command is: ${form}`);
  const foreign = parsed.options.find(
    (option) => !EVERYWHERE.includes(option.name) && !options.includes(option.name),
  );
  if (foreign) throw usage(`--${foreign.name} does not belong to ${name}.`, `The command is: ${form}`);
}

/** Runs the command the words name; throws AppError, USAGE where the words do not fit. */
export async function runCommand(parsed: Parsed, context: Context): Promise<void> {
  if (parsed.values.version) {
    context.output.result({ version: version() }, version());
    return;
  }
  const { name, command, given } = find(parsed.words);
  check(name, command, given, parsed);
  await command.run({ ...parsed, given, context });
}
