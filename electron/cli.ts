import { parseArgs } from 'node:util';
import { createContext } from './cli/context.ts';
import { HELP } from './cli/help.ts';
import { runOnNewerNode } from './cli/newer-node.ts';
import { createOutput, reportError, usage } from './cli/output.ts';
import { dropOddHome } from './cli/user-home.ts';
import type { Parsed } from './cli/command.ts';
import { runCommand } from './cli/commands.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const texts = { type: 'string', multiple: true } as const;

const OPTIONS = {
  json: flag,
  yes: flag,
  help: { ...flag, short: 'h' },
  version: flag,
  demo: flag,
  'no-open': flag,
  port: text,
  preset: text,
  name: text,
  env: text,
  'mcp-url': text,
  dir: text,
  'read-seconds': text,
  downtime: text,
  service: texts,
  ssh: texts,
  identity: texts,
  agent: { ...flag, multiple: true },
  jump: texts,
  expose: texts,
  https: texts,
  'api-key-header': texts,
  ca: texts,
  pin: texts,
  direct: texts,
  kube: texts,
  follow: flag,
  report: flag,
  'mask-hosts': flag,
  all: flag,
  force: flag,
  as: text,
  fault: texts,
  out: text,
  domain: text,
  passphrase: flag,
  'tunnel-only': flag,
  seed: text,
  profile: text,
  kind: text,
  format: text,
  from: text,
  to: text,
  symbols: text,
  'max-size': text,
  'max-notional': text,
  'max-positions': text,
  hours: text,
  'starts-per-hour': text,
  'cool-down': text,
  clear: texts,
  confirm: text,
} as const;

/** What node's parser says about an option, as one sentence of ours. */
function optionProblem(error: Error & { code?: string }): string {
  const option = /'(?:-\w, )?(-{1,2}[^' ]+)/.exec(error.message)?.[1] ?? 'An option';
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `There is no option ${option}.`;
  if (error.message.includes('does not take')) return `${option} takes no value.`;
  return `${option} needs a value; one that begins with a dash is written ${option}=VALUE.`;
}

function parse(argv: string[]): Parsed {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: argv,
      options: OPTIONS,
      allowPositionals: true,
      tokens: true,
    });
    const options = tokens.flatMap((token) =>
      token.kind === 'option' ? [{ name: token.name, value: token.value }] : [],
    );
    return { values, words: positionals, options };
  } catch (error) {
    throw usage(optionProblem(error as Error));
  }
}

async function main(argv: string[]): Promise<void> {
  const output = createOutput(argv.includes('--json'));
  try {
    const parsed = parse(argv);
    const empty = parsed.words.length === 0 && !parsed.values.version;
    if (empty && output.json) throw usage('No command was given.');
    if (empty || parsed.values.help || parsed.words[0] === 'help') {
      process.stdout.write(`${HELP}\n`);
      process.exitCode = empty && !parsed.values.help ? 2 : 0;
      return;
    }
    await runCommand(parsed, createContext(output, parsed.values.yes ?? false));
  } catch (thrown) {
    process.exitCode = reportError(thrown, output);
  }
}

// a reader such as `head` that has seen enough is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

if (!runOnNewerNode()) {
  dropOddHome(process.env);
  await main(process.argv.slice(2));
  // a command that is done ends now, whatever timer of a library or connection is still there
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}
