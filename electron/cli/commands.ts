import { AppError } from '../contract/errors.ts';
import { auditExport, auditTail, auditVerify } from './commands/audit.ts';
import { changeClient, checkClient, clientId, listClients, previewClient } from './commands/clients.ts';
import { runDemoDroplet } from './commands/demo.ts';
import { connect, disconnect, logs, setSecret, status, trust, untrust } from './commands/link.ts';
import { callTool, readResource, stopTrading } from './commands/mcp.ts';
import { addProfile, listProfiles, removeProfile, showProfile } from './commands/profile.ts';
import { runServe, version } from './commands/serve.ts';
import { approveTools, blockTools, listTools, showTool } from './commands/tools.ts';
import type { Context } from './context.ts';
import type { OptionToken } from './link-options.ts';
import { usage } from './output.ts';

type Values = Partial<
  Record<'json' | 'yes' | 'help' | 'version' | 'demo' | 'no-open' | 'follow' | 'all', boolean> &
    Record<'port' | 'preset' | 'env' | 'mcp-url' | 'dir' | 'as' | 'seed', string> &
    Record<'service' | 'fault', string[]>
>;

export interface Parsed {
  values: Values;
  words: string[];
  /** Options in the order they were given: links are a chain. */
  options: OptionToken[];
}

const LINK_OPTIONS = new Set([
  'ssh',
  'identity',
  'agent',
  'jump',
  'https',
  'api-key-header',
  'ca',
  'pin',
  'direct',
  'kube',
]);

/** The argument at `index`, or a usage error naming it. */
function arg({ words }: Parsed, index: number, name: string): string {
  const found = words[index];
  if (found === undefined) throw usage(`${name} is missing.`);
  return found;
}

async function profileCommand(parsed: Parsed, context: Context): Promise<void> {
  const action = parsed.words[1];
  const { values } = parsed;
  if (action === 'list') return await listProfiles(context);
  if (action === 'show') return await showProfile(context, arg(parsed, 2, 'NAME'));
  if (action === 'remove') return await removeProfile(context, arg(parsed, 2, 'NAME'));
  if (action !== 'add') throw usage('profile takes add, list, show or remove.');
  return await addProfile(context, arg(parsed, 2, 'NAME'), {
    preset: values.preset,
    env: values.env,
    mcpUrl: values['mcp-url'],
    services: values.service ?? [],
    dir: values.dir,
    links: parsed.options.filter((option) => LINK_OPTIONS.has(option.name)),
  });
}

async function toolsCommand(parsed: Parsed, context: Context): Promise<void> {
  const profile = arg(parsed, 2, 'PROFILE');
  const { values, words } = parsed;
  if (words[1] === 'list') return await listTools(context, profile);
  if (words[1] === 'show') return await showTool(context, profile, arg(parsed, 3, 'TOOL'));
  if (words[1] === 'approve')
    return await approveTools(context, profile, words.slice(3), { all: values.all ?? false, as: values.as });
  if (words[1] === 'block') return await blockTools(context, profile, words.slice(3));
  throw usage('tools takes list, show, approve or block.');
}

async function clientsCommand(parsed: Parsed, context: Context): Promise<void> {
  const action = parsed.words[1];
  if (action === 'list') return await listClients(context);
  const client = clientId(parsed.words[2]);
  if (action === 'check') return await checkClient(context, client);
  if (action === 'undo') return await changeClient(context, client, '', 'undo');
  const profile = arg(parsed, 3, 'PROFILE');
  if (action === 'preview') return await previewClient(context, client, profile);
  if (action === 'install' || action === 'remove')
    return await changeClient(context, client, profile, action);
  throw usage('clients takes list, preview, install, check, remove or undo.');
}

async function auditCommand(parsed: Parsed, context: Context): Promise<void> {
  const action = parsed.words[1];
  if (action === 'verify') return await auditVerify(context);
  if (action === 'tail') return await auditTail(context);
  if (action === 'export') return await auditExport(context);
  throw usage('audit takes verify, tail or export.');
}

type Command = (parsed: Parsed, context: Context) => Promise<void>;

function later(what: string): Command {
  return () =>
    Promise.reject(
      new AppError(
        'NOT_AVAILABLE_YET',
        `${what} is not in this version.`,
        'See "What is not there yet" in the README.',
      ),
    );
}

const COMMANDS: Record<string, Command> = {
  serve: ({ values }, context) =>
    runServe(context, { demo: values.demo ?? false, port: values.port, open: !values['no-open'] }),
  profile: profileCommand,
  secret: async (parsed, context) => {
    if (parsed.words[1] !== 'set') throw usage('secret takes set.');
    await setSecret(context, arg(parsed, 2, 'PROFILE'), arg(parsed, 3, 'KIND'));
  },
  trust: (parsed, context) => trust(context, arg(parsed, 1, 'PROFILE'), arg(parsed, 2, 'FINGERPRINT')),
  untrust: (parsed, context) => untrust(context, arg(parsed, 1, 'PROFILE'), arg(parsed, 2, 'FINGERPRINT')),
  connect: (parsed, context) => connect(context, arg(parsed, 1, 'PROFILE')),
  disconnect: (parsed, context) => disconnect(context, arg(parsed, 1, 'PROFILE')),
  status: (parsed, context) => status(context, parsed.words[1]),
  logs: (parsed, context) => logs(context, arg(parsed, 1, 'PROFILE'), parsed.values.follow ?? false),
  tools: toolsCommand,
  call: (parsed, context) =>
    callTool(context, arg(parsed, 1, 'PROFILE'), arg(parsed, 2, 'TOOL'), parsed.words[3]),
  read: (parsed, context) => readResource(context, arg(parsed, 1, 'PROFILE'), arg(parsed, 2, 'URI')),
  stop: (parsed, context) => stopTrading(context, arg(parsed, 1, 'PROFILE')),
  clients: clientsCommand,
  audit: auditCommand,
  'demo-droplet': ({ values }, context) => runDemoDroplet(context, values.fault ?? [], values.seed),
  doctor: later('The doctor'),
  mcpb: later('The .mcpb bundle'),
  nginx: later('The nginx configuration writer'),
};

/** Runs the command the words name; throws AppError, USAGE where the words do not fit. */
export async function runCommand(parsed: Parsed, context: Context): Promise<void> {
  if (parsed.values.version) {
    context.output.result({ version: version() }, version());
    return;
  }
  const name = parsed.words[0] ?? '';
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw usage(`There is no command "${name}".`);
  await command(parsed, context);
}
