import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { CatalogueView, ToolClass, ToolEntry } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import type { Home } from '../files.ts';
import { readState, writeState } from '../files.ts';
import type { Clock, Log } from '../ports.ts';
import type { ToolLookup } from '../seams.ts';
import { definitionOf } from './definition.ts';
import { approvalOf, approvedTool, blockedForNow, learnTools, statusOf } from './rules.ts';
import type { SavedTool } from './saved.ts';
import { NOTHING_SAVED, SavedCatalogue } from './saved.ts';
import type { ListKind, OwnEntries } from './served.ts';
import { changedKinds, nameOf, served, uriOf } from './served.ts';
import { aliasesOf } from './shown.ts';
import { listedBeside, whyOf } from './view.ts';

/** What a back end lists, each entry as the JSON text that it sent. */
export interface LearnedLists {
  facts: { protocolVersion: string; serverInfo: { name: string; version: string }; text: string };
  tools: string[];
  resources: string[];
  templates: string[];
  prompts: string[] | null;
}

export interface CatalogueOptions {
  home: Home;
  clock: Clock;
  log: Log;
  /** The class that the guard goes by. It may ask `lookup`, so nothing that `lookup` answers may hang on it. */
  classify(profile: string, tool: string): ToolClass;
  /** The class by the reviewed table alone, whatever was approved. */
  tableClass(profile: string, tool: string): ToolClass;
  /** What the app itself adds to every profile's lists, JSON texts. */
  own: OwnEntries;
  publish(profile: string, view: CatalogueView): void;
  /** The lists that clients get are no longer the same. */
  onListsChanged(profile: string, kinds: ListKind[]): void;
}

interface Entry {
  saved: SavedCatalogue;
  /** The file is broken and was left as it is; nothing is written over it. */
  readOnly: boolean;
  /** Resolves at the first contact with the server; at once where that was in an earlier run. */
  known: Promise<void>;
  setKnown(): void;
  saving: Promise<void>;
  /** The names that clients know tools by, where these are not the server's. */
  aliases: Map<string, string>;
}

/** The saved, approved lists of all profiles, one file each. */
export class Catalogue {
  readonly #o: CatalogueOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: CatalogueOptions) {
    this.#o = options;
  }

  /** Reads a profile's file, or begins one with what the app itself offers. Idempotent. */
  async load(profile: string): Promise<void> {
    if (this.#entries.has(profile)) return;
    let saved: SavedCatalogue | undefined;
    let readOnly = false;
    try {
      saved = await readState(this.#file(profile), SavedCatalogue);
    } catch (error) {
      readOnly = true;
      this.#o.log.warn((error as Error).message, { profile });
    }
    if (this.#entries.has(profile)) return;
    let setKnown = () => {};
    const known = new Promise<void>((resolve) => (setKnown = resolve));
    const entry: Entry = {
      saved: saved ?? NOTHING_SAVED,
      readOnly,
      known,
      setKnown,
      saving: Promise.resolve(),
      aliases: new Map(),
    };
    if (entry.saved.savedAt !== null) setKnown();
    this.#entries.set(profile, entry);
    // unsaved it counts all the same: a full disk must not keep a profile, and its stop, from opening
    await this.#change(profile, entry, entry.saved).catch((error: unknown) => {
      this.#o.log.warn((error as Error).message, { profile });
    });
  }

  /** Forgets a profile and deletes its file. */
  async remove(profile: string): Promise<void> {
    const entry = this.#entries.get(profile);
    this.#entries.delete(profile);
    await entry?.saving.catch(() => {});
    await fs.rm(this.#file(profile), { force: true });
  }

  /** Takes over what the server listed now. */
  async learn(profile: string, lists: LearnedLists): Promise<void> {
    const entry = this.#entries.get(profile);
    if (!entry) return;
    const definitions = lists.tools.map(definitionOf).filter((found) => found !== undefined);
    const { facts } = lists;
    const next: SavedCatalogue = {
      ...entry.saved,
      savedAt: this.#o.clock.now(),
      server: { ...facts.serverInfo, protocolVersion: facts.protocolVersion },
      initialize: facts.text,
      tools: learnTools(entry.saved.tools, definitions, entry.saved.savedAt === null, (tool) =>
        this.#o.tableClass(profile, tool),
      ),
      resources: lists.resources,
      templates: lists.templates,
      prompts: lists.prompts,
    };
    // unsaved it counts all the same, as in load
    const saving = this.#change(profile, entry, next);
    entry.setKnown();
    await saving;
  }

  /** Resolves at the first contact, or after `ms`. */
  async whenKnown(profile: string, ms: number): Promise<void> {
    const entry = this.#entries.get(profile);
    if (!entry) return;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => (cancel = this.#o.clock.after(ms, resolve)));
    await Promise.race([entry.known, late]);
    cancel();
  }

  /**
   * Approves tools by the hash of the definition that was shown. Throws TOOL_UNKNOWN, INPUT_INVALID where the
   * definition has changed since, STATE_WRITE_FAILED; then nothing is approved.
   */
  async approve(
    profile: string,
    wanted: readonly { name: string; hash: string }[],
    as?: 'read' | 'stop' | 'start',
  ): Promise<ToolEntry[]> {
    const entry = this.#entry(profile);
    for (const { name, hash } of wanted) {
      const tool = this.#tool(profile, entry, name);
      if (tool.hash !== hash)
        throw new AppError(
          'INPUT_INVALID',
          `The definition of ${name} has changed since it was shown.`,
          'Look at it again, then approve.',
        );
    }
    const names = new Set(wanted.map(({ name }) => name));
    const before = new Map(entry.saved.tools.map((tool) => [tool.name, approvalOf(tool)]));
    try {
      return await this.#edit(profile, entry, names, (tool) => approvedTool(tool, as));
    } catch (error) {
      // told that it failed, nobody expects the tool to be callable
      await this.#edit(profile, entry, names, (tool) => ({ ...tool, ...before.get(tool.name) })).catch(
        () => undefined,
      );
      throw error;
    }
  }

  /** Hides and refuses tools until they are approved again. Throws TOOL_UNKNOWN, and STATE_WRITE_FAILED: then until the app ends. */
  async block(profile: string, names: readonly string[]): Promise<ToolEntry[]> {
    const entry = this.#entry(profile);
    for (const name of names) this.#tool(profile, entry, name);
    try {
      return await this.#edit(profile, entry, new Set(names), (tool) => ({ ...tool, blocked: true }));
    } catch (cause) {
      throw blockedForNow(names, cause);
    }
  }

  view(profile: string): CatalogueView {
    const { saved } = this.#entry(profile);
    return {
      savedAt: saved.savedAt,
      server: saved.server,
      tools: saved.tools.filter((tool) => tool.present).map((tool) => this.#toolEntry(profile, tool)),
      ...listedBeside(saved),
    };
  }

  readonly lookup: ToolLookup = (profile, name) => {
    const tool = this.#entries.get(profile)?.saved.tools.find((one) => one.name === name);
    if (!tool) return undefined;
    return { status: statusOf(tool, this.#ofTable(profile)), approvedAs: tool.approvedAs };
  };

  /** What clients are answered: results by method as JSON text, and their revision. */
  served(profile: string): Pick<SavedCatalogue, 'serve' | 'revision'> {
    return this.#entry(profile).saved;
  }

  /** The server's name of a tool that a client calls by `name`. */
  serverName(profile: string, name: string): string {
    const aliases = this.#entries.get(profile)?.aliases;
    if (aliases) for (const [own, alias] of aliases) if (alias === name) return own;
    return name;
  }

  /** Whether the server itself lists this resource. */
  listsResource(profile: string, uri: string): boolean {
    return this.#entries.get(profile)?.saved.resources.some((text) => uriOf(text) === uri) ?? false;
  }

  #entry(profile: string): Entry {
    const entry = this.#entries.get(profile);
    if (entry) return entry;
    throw new AppError(
      'PROFILE_UNKNOWN',
      `There is no profile named ${profile}.`,
      'catalyst-companion profile list shows all profiles.',
    );
  }

  #tool(profile: string, entry: Entry, name: string): SavedTool {
    const tool = entry.saved.tools.find((one) => one.name === name);
    if (tool) return tool;
    throw new AppError(
      'TOOL_UNKNOWN',
      `The server lists no tool named "${name}".`,
      `See what there is with: catalyst-companion tools list ${profile}`,
    );
  }

  #toolEntry(profile: string, tool: SavedTool): ToolEntry {
    const changed = tool.approvedHash !== null && tool.approvedHash !== tool.hash;
    const alias = this.#entries.get(profile)?.aliases.get(tool.name);
    const toolClass = this.#o.classify(profile, tool.name);
    return {
      name: tool.name,
      ...(alias === undefined ? {} : { alias }),
      class: toolClass,
      why: whyOf(toolClass, this.#o.tableClass(profile, tool.name), tool.approvedAs),
      status: statusOf(tool, this.#ofTable(profile)),
      hash: tool.hash,
      definition: tool.definition,
      previous: changed ? tool.approvedDefinition : null,
    };
  }

  async #edit(
    profile: string,
    entry: Entry,
    names: Set<string>,
    change: (tool: SavedTool) => SavedTool,
  ): Promise<ToolEntry[]> {
    const tools = entry.saved.tools.map((tool) => (names.has(tool.name) ? change(tool) : tool));
    await this.#change(profile, entry, { ...entry.saved, tools });
    return tools.filter((tool) => names.has(tool.name)).map((tool) => this.#toolEntry(profile, tool));
  }

  /** Takes the new state into force, tells clients and page what changed, and saves. Throws STATE_WRITE_FAILED. */
  async #change(profile: string, entry: Entry, next: SavedCatalogue): Promise<void> {
    const before = entry.saved;
    // approvals count from here on: `classify` may ask for them
    entry.saved = next;
    const own = this.#o.own.tools.map((text) => String(nameOf(text)));
    entry.aliases = aliasesOf([...own, ...next.tools.map(({ name }) => name)]);
    const serve = served(next, this.#o.own, entry.aliases, this.#ofTable(profile));
    const revision = createHash('sha256').update(JSON.stringify(serve)).digest('hex').slice(0, 16);
    const ofClass = (toolClass: ToolClass) =>
      next.tools
        .filter((tool) => this.#o.classify(profile, tool.name) === toolClass)
        .map(({ name }) => entry.aliases.get(name) ?? name);
    entry.saved = {
      ...next,
      serve,
      revision,
      reads: [...ofClass('read'), ...own],
      stops: ofClass('stop'),
    };
    this.#o.publish(profile, this.view(profile));
    const kinds = changedKinds(before.serve, serve);
    if (kinds.length > 0 && before.revision !== '') this.#o.onListsChanged(profile, kinds);
    if (entry.readOnly || (revision === before.revision && next === before)) return;
    entry.saving = entry.saving
      .catch(() => {})
      .then(() => writeState(this.#file(profile), JSON.stringify(entry.saved)));
    await entry.saving;
  }

  #ofTable(profile: string): (tool: string) => ToolClass {
    return (tool) => this.#o.tableClass(profile, tool);
  }

  #file(profile: string): string {
    return path.join(this.#o.home.catalogue, `${profile}.json`);
  }
}
