import type { Context } from './context.ts';
import type { OptionToken } from './link-options.ts';

type Values = Partial<
  Record<
    | 'json'
    | 'yes'
    | 'help'
    | 'version'
    | 'demo'
    | 'no-open'
    | 'follow'
    | 'all'
    | 'force'
    | 'passphrase'
    | 'tunnel-only'
    | 'report'
    | 'mask-hosts',
    boolean
  > &
    Record<
      | 'profile'
      | 'kind'
      | 'format'
      | 'from'
      | 'to'
      | 'out'
      | 'port'
      | 'preset'
      | 'env'
      | 'mcp-url'
      | 'dir'
      | 'read-seconds'
      | 'downtime'
      | 'domain'
      | 'as'
      | 'seed'
      | 'name'
      | 'confirm',
      string
    > &
    Record<'service' | 'fault' | 'clear', string[]>
>;

export interface Parsed {
  values: Values;
  words: string[];
  /** Options in the order they were given: links are a chain. */
  options: OptionToken[];
}

/** One run of a command. */
export interface Call extends Parsed {
  /** What stands after the command's own words; as many as `args` asks for. */
  given: string[];
  context: Context;
}

/** A command: what it takes, and what it does. */
export interface Command {
  /** What follows the command's words: `NAME` is needed, `[NAME]` may follow, `[NAME…]` takes the rest. */
  args?: string;
  /** Its options beside --json and --yes. */
  options?: readonly string[];
  run(call: Call): Promise<void>;
}
