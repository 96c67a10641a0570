import { parseArgs } from 'node:util';
import { createContext } from './cli/context.ts';
import { HELP } from './cli/help.ts';
import { runOnNewerNode } from './cli/newer-node.ts';
import { createOutput, reportError, usage } from './cli/output.ts';
import type { Parsed } from './cli/commands.ts';
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
  env: text,
  'mcp-url': text,
  dir: text,
  service: texts,
  ssh: texts,
  identity: texts,
  agent: { ...flag, multiple: true },
  jump: texts,
  https: texts,
  'api-key-header': texts,
  ca: texts,
  pin: texts,
  direct: texts,
  kube: texts,
  follow: flag,
  all: flag,
  as: text,
  fault: texts,
  seed: text,
} as const;

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
    throw usage((error as Error).message);
  }
}

async function main(argv: string[]): Promise<void> {
  const output = createOutput(argv.includes('--json'));
  try {
    const parsed = parse(argv);
    if (parsed.values.help || (parsed.words.length === 0 && !parsed.values.version)) {
      process.stdout.write(`${HELP}\n`);
      process.exitCode = parsed.values.help ? 0 : 2;
      return;
    }
    await runCommand(parsed, createContext(output, parsed.values.yes ?? false));
  } catch (thrown) {
    process.exitCode = reportError(thrown, output);
  }
}

if (!runOnNewerNode()) await main(process.argv.slice(2));
