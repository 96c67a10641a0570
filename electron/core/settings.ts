import { z } from 'zod';
import { DEFAULT_PREFERENCES, Preferences } from '../contract/settings.ts';
import { readState, writeState } from './files.ts';

const SettingsFile = z.strictObject({
  version: z.literal(1),
  /** The local HTTP endpoint: its port (null: off), and by profile the SHA-256 of the token that opens it. */
  endpoint: z
    .strictObject({
      port: z.number().int().min(1).max(65_535).nullable(),
      tokens: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
    })
    .default({ port: null, tokens: {} }),
  /** By profile and resource URI: how old an answer may be, seconds. Empty, the usual: every read is asked for anew. */
  readAge: z.record(z.string(), z.record(z.string(), z.number().min(0).max(3600))).default({}),
  /** Keys that stop new trades from any program, in Electron's spelling; null: none, the usual. */
  stopShortcut: z.string().max(64).nullable().default(null),
  /** The profile that is being set up step by step on the page. */
  setup: z.string().nullable().default(null),
  preferences: Preferences.prefault({}),
});
export type Settings = z.infer<typeof SettingsFile>;
type Change = Partial<Omit<Settings, 'version'>>;

/** The user's settings in `settings.json`. Holds no secrets. A change is on disk when its promise resolves. */
export class SettingsStore {
  readonly #file: string;
  #last: Promise<void> = Promise.resolve();
  #settings: Settings = {
    version: 1,
    endpoint: { port: null, tokens: {} },
    readAge: {},
    stopShortcut: null,
    setup: null,
    preferences: DEFAULT_PREFERENCES,
  };

  constructor(file: string) {
    this.#file = file;
  }

  /** Throws STATE_FILE_BROKEN and leaves a broken file untouched. */
  async load(): Promise<void> {
    this.#settings = (await readState(this.#file, SettingsFile)) ?? this.#settings;
  }

  get current(): Settings {
    return this.#settings;
  }

  /** One after the other: a change made while another is being written is made to what that one leaves. */
  async change(change: Change | ((now: Settings) => Change)): Promise<void> {
    const turn = this.#last.then(async () => {
      const next = {
        ...this.#settings,
        ...(typeof change === 'function' ? change(this.#settings) : change),
      };
      await writeState(this.#file, `${JSON.stringify(next, null, 2)}\n`);
      this.#settings = next;
    });
    this.#last = turn.catch(() => undefined);
    await turn;
  }
}
