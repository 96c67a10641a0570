import os from 'node:os';
import type { AppState } from '../contract/state.ts';
import type { App, AppPorts } from './app-interface.ts';
import { createActivity } from './activity.ts';
import { AppServices } from './app-services.ts';
import { createAuditLog } from './audit/log.ts';
import { unfinishedCalls } from './audit/unfinished.ts';
import { createBridge } from './bridge/bridge.ts';
import { createClients } from './clients/clients.ts';
import { makeHome } from './files.ts';
import { createConsent } from './guard/consent.ts';
import { createGate } from './guard/gate.ts';
import { initialAppState } from './initial-state.ts';
import { knownFacts } from './known-facts.ts';
import { createLog } from './log.ts';
import { Profiles } from './profiles.ts';
import { createRouter } from './router.ts';
import { serveControl } from './control.ts';
import { createRedactor } from './secrets/redact.ts';
import { createVault } from './secrets/vault.ts';
import { Store } from './store.ts';

function firstState(ports: AppPorts): AppState {
  return initialAppState({
    version: ports.version,
    shell: ports.shell,
    platform: process.platform,
    home: ports.home.dir,
    startedAt: ports.clock.now(),
    secrets: { protection: ports.sealer.protection, note: ports.sealer.note },
    onboarding: false,
  });
}

/** Counts the pages and windows that can show a consent dialog; without one, start-like calls are refused at once. */
function createScreen() {
  const attached = new Set<object>();
  return {
    canAsk: () => attached.size > 0,
    attach() {
      const token = {};
      attached.add(token);
      return () => void attached.delete(token);
    },
  };
}

/**
 * Joins core's parts. Nothing runs until `start()`; a broken state file is reported here (STATE_FILE_BROKEN) and
 * left as it is.
 */
export async function createApp(ports: AppPorts): Promise<App> {
  const { home, clock } = ports;
  await makeHome(home);
  const redact = createRedactor();
  const log = createLog({ file: `${home.logs}/app.log`, level: 'info', redact });
  const store = new Store(firstState(ports));
  const record = createActivity(store, clock);
  const screen = createScreen();
  const vault = createVault({ file: home.secrets, sealer: ports.sealer, redact });
  const profiles = new Profiles(home.profiles);
  await Promise.all([profiles.load(), vault.load()]);
  const audit = await createAuditLog({ dir: home.audit, clock, redact });
  const stateOf = (name: string) => store.state.profiles[name];

  const consent = createConsent({ clock, screen, publish: (list) => store.set(['consents'], list) });
  const gate = createGate({
    presetOf: (name) => stateOf(name)?.profile.preset,
    lookup: (profile, tool) => bridge.catalogue.lookup(profile, tool),
    consent,
    audit,
    clock,
    log,
    recordActivity: record,
    factsOf: (name) => {
      const state = stateOf(name);
      return state ? knownFacts(state, clock.now()) : [];
    },
  });
  gate.restore(await unfinishedCalls(home.audit));
  const bridge = createBridge({
    home,
    clock,
    log,
    gate,
    stateOf,
    linkOf: (name) => services.linkOf(name),
    profileOf: (name) => stateOf(name)?.profile,
    version: ports.version,
    recordActivity: record,
    publishClients: (list) =>
      store.set(['clients'], Object.fromEntries(list.map((client) => [client.id, client]))),
    publishCatalogue: (profile, view) => {
      if (stateOf(profile)) store.set(['profiles', profile, 'catalogue'], view);
    },
    onControl: (socket) => serveControl(router, socket),
  });
  const clients = createClients({
    home,
    platform: process.platform,
    env: process.env,
    userHome: os.homedir(),
    stubFile: ports.stub.file,
    nodePath: ports.stub.node,
    defaultHome: ports.stub.defaultHome,
    clock,
    log,
  });
  const services: AppServices = new AppServices({
    ports,
    store,
    log,
    record,
    vault,
    profiles,
    audit,
    consent,
    gate,
    bridge,
    clients,
  });
  const router = createRouter(services);
  return services.asApp(router, screen);
}
