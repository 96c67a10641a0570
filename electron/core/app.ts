import os from 'node:os';
import { MONEY_KEPT } from '../contract/history-limits.ts';
import type { AppState } from '../contract/state.ts';
import type { App, AppPorts } from './app-interface.ts';
import { createActivity } from './activity/activity.ts';
import { ActivityDesk } from './desks/activity-desk.ts';
import { Bodies } from './activity/bodies.ts';
import { AppServices } from './app-services.ts';
import { AuditDesk } from './audit/desk.ts';
import { AuditLog } from './audit/log.ts';
import { sealedVault } from './audit/vault.ts';
import type { Bridge } from './bridge/bridge.ts';
import { createBridge } from './bridge/bridge.ts';
import { ClientDesk } from './desks/client-desk.ts';
import { createClients } from './clients/clients.ts';
import { DropletDesk } from './desks/droplet-desk.ts';
import { DoctorDesk, doctorPorts } from './desks/doctor-desk.ts';
import { EndpointDesk } from './desks/endpoint-desk.ts';
import { createExplorer } from './desks/explorer.ts';
import { makeHome } from './files.ts';
import { createConsent } from './guard/consent.ts';
import { createGate } from './guard/gate.ts';
import { GuardDesk } from './desks/guard-desk.ts';
import { ContainerDesk } from './desks/container-desk.ts';
import { History } from './history/history.ts';
import { initialAppState } from './initial-state.ts';
import { knownFacts } from './desks/known-facts.ts';
import { createLog } from './log.ts';
import { Profiles } from './profiles/profiles.ts';
import { OwnLines } from './logs/own-lines.ts';
import type { Screen } from './ports.ts';
import { createScreen } from './screen.ts';
import type { Router } from './router.ts';
import { createRouter } from './router.ts';
import { serveControl } from './control.ts';
import { createRedactor } from './secrets/redact.ts';
import { createVault } from './secrets/vault.ts';
import { SettingsDesk } from './desks/settings-desk.ts';
import { SetupDesk } from './desks/setup-desk.ts';
import { SettingsStore } from './settings.ts';
import { Store } from './store.ts';
import { settingsDesks } from './desks/transfer-desk.ts';

function firstState(ports: AppPorts): AppState {
  return initialAppState({
    version: ports.version,
    shell: ports.shell,
    platform: process.platform,
    home: ports.home.dir,
    startedAt: ports.clock.now(),
    secrets: { protection: ports.sealer.protection, note: ports.sealer.note },
    onboarding: false,
    setup: null,
    stopShortcut: null,
  });
}

/** What needs nothing of the others: files, log, state. A broken state file is reported here and left as it is. */
async function createBase(ports: AppPorts) {
  const { home, clock } = ports;
  await makeHome(home);
  const redact = createRedactor();
  const ownLines = new OwnLines(clock, redact);
  const file = createLog({ file: `${home.logs}/app.log`, level: 'info', redact });
  const log = ownLines.tapped(file, 'app');
  const bridgeLog = ownLines.tapped(file, 'bridge');
  const store = new Store(firstState(ports));
  const vault = createVault({ file: home.secrets, sealer: ports.sealer, redact });
  const profiles = new Profiles(home.profiles);
  const settings = new SettingsStore(home.settings);
  await Promise.all([profiles.load(), vault.load(), settings.load()]);
  store.set(['app', 'stopShortcut'], settings.current.stopShortcut);
  const settingsDesk = new SettingsDesk({ settings, store, setLogLevel: (level) => file.setLevel(level) });
  const signing = sealedVault({ file: `${home.keys}/audit.json`, sealer: ports.sealer, make: true });
  const audit = new AuditLog({
    dir: home.audit,
    clock,
    redact,
    vault: signing,
    onFault: (fault) => store.set(['auditFault'], fault?.shape() ?? null),
  });
  const auditDesk = new AuditDesk({
    log: audit,
    dir: home.audit,
    clock,
    onFault: ({ firstBad }) => log.error('the audit trail is not as it was written', { ...firstBad }),
  });
  const bodies = new Bodies();
  const record = createActivity(store, clock, bodies, ownLines);
  const own = { log, bridgeLog, redact, ownLines, bodies };
  return { ...own, ports, store, record, vault, profiles, audit, auditDesk, settings, settingsDesk };
}

type Base = Awaited<ReturnType<typeof createBase>>;

function publishConsents(store: Store) {
  return (list: AppState['consents'], ends: AppState['consentEnds']) =>
    store.change(
      { op: 'set', path: ['consents'], value: list },
      { op: 'set', path: ['consentEnds'], value: ends },
    );
}

function createGuard(
  { ports, store, log, record, audit, profiles }: Base,
  screen: Screen,
  catalogue: () => Bridge['catalogue'],
) {
  const { clock } = ports;
  const consent = createConsent({
    clock,
    screen,
    publish: publishConsents(store),
    onStopped: (name) => gate.stopped(name),
  });
  const gate = createGate({
    presetOf: (name) => store.state.profiles[name]?.profile.preset,
    lookup: (profile, tool) => catalogue().lookup(profile, tool),
    consent,
    audit,
    clock,
    log,
    recordActivity: record,
    stateOf: (name) => store.state.profiles[name],
    publish: (name, part, list) => {
      if (store.state.profiles[name]) store.set(['profiles', name, 'guard', part], list);
      if (part === 'unresolved') consent.refresh(name);
    },
    factsOf: (name) => {
      const state = store.state.profiles[name];
      return state ? knownFacts(state, clock.now()) : [];
    },
  });
  const guardDesk = new GuardDesk({ store, profiles, gate, audit, catalogue, record, log });
  return { consent, gate, guardDesk };
}

function clientsOf(base: Base, bridge: Bridge): ClientDesk {
  const { ports, log, store } = base;
  const clients = createClients({
    home: ports.home,
    platform: process.platform,
    env: process.env,
    userHome: os.homedir(),
    stubFile: ports.stub.file,
    // a single executable needs none
    nodePath: ports.stub.node || null,
    defaultHome: ports.stub.defaultHome,
    clock: ports.clock,
    log,
    toolNames: (profile) => {
      if (!store.state.profiles[profile]) return Promise.resolve(undefined);
      const { savedAt, tools } = bridge.catalogue.view(profile);
      const listed = tools.filter((tool) => tool.status === 'listed');
      const names = listed.map((tool) => tool.alias ?? tool.name);
      return Promise.resolve(savedAt === null ? undefined : names);
    },
  });
  return new ClientDesk({ ...base, clients });
}

/** What is remembered over time; figures of now go to the page beside it. */
function historyOf({ ports, store, log }: Base): History {
  return new History({
    file: ports.home.history,
    clock: ports.clock,
    log,
    profiles: () => store.state.profiles,
    publish: (status) => store.set(['history'], status),
    onMoney: (name, sample) => {
      const path = ['profiles', name, 'history', 'money'];
      if (store.state.profiles[name])
        store.change({ op: 'append', path, values: [sample], keep: MONEY_KEPT });
    },
  });
}

function doctorOf({ ports, log, store, vault, redact }: Base, clients: ClientDesk): DoctorDesk {
  const { version, home, clock } = ports;
  const given = doctorPorts({
    version,
    home,
    clock,
    log,
    clients,
    secrets: vault,
    redact: (text) => redact.text(text),
    proxyFor: (url) => ports.proxyFor(url),
  });
  return new DoctorDesk(given, (name) => store.state.profiles[name]?.profile);
}

function dropletOf(base: Base, setSecret: AppServices['setSecret']): DropletDesk {
  const { ports, store } = base;
  return new DropletDesk({
    ...base,
    keys: ports.home.keys,
    profileOf: (name) => store.state.profiles[name]?.profile,
    setSecret,
  });
}

/** Core as its shells see it. */
function faceOf(
  services: AppServices,
  router: Router,
  { log, settingsDesk }: Base,
  screen: App['screen'],
): App {
  return {
    router,
    log,
    screen,
    state: () => services.store.state,
    onState: (listener) => services.store.onEvent(listener),
    start: () => services.start(),
    stop: () => services.stop(),
    act: {
      connect: (profile) => services.connect(profile, 0),
      disconnect: (profile) => services.disconnect(profile),
      retry: (profile) => services.retry(profile),
      stopTrading: (profile) => services.stopTrading(profile),
      closeAll: (profile, confirm) => services.closeAll(profile, confirm),
      answerConsent: (...answer) => services.answerConsent(...answer),
      previewClaudeDesktop: (profile) => services.clients.preview('claude-desktop', profile, 'install'),
      installClaudeDesktop: (profile, token) =>
        services.clients.apply({ client: 'claude-desktop', profile, action: 'install', token }),
      changeSettings: (change) => settingsDesk.change(change),
      wake: () => services.wake(),
    },
  };
}

/**
 * Joins core's parts. Nothing runs until `start()`; a broken state file is reported here (STATE_FILE_BROKEN) and
 * left as it is.
 */
export async function createApp(ports: AppPorts): Promise<App> {
  const base = await createBase(ports);
  const { store, record } = base;
  const screen = createScreen();
  const guard = createGuard(base, screen, () => bridge.catalogue);
  const bridge = createBridge({
    home: ports.home,
    clock: ports.clock,
    log: base.bridgeLog,
    version: ports.version,
    gate: guard.gate,
    stateOf: (name) => store.state.profiles[name],
    profileOf: (name) => store.state.profiles[name]?.profile,
    linkOf: (name) => services.linkOf(name),
    recordActivity: record,
    publishClients: (list) =>
      store.set(['clients'], Object.fromEntries(list.map((client) => [client.id, client]))),
    publishCatalogue: (profile, view) => {
      if (!store.state.profiles[profile]) return;
      store.set(['profiles', profile, 'catalogue'], view);
      guard.guardDesk.catalogueChanged(profile, view);
    },
    onControl: (socket) => serveControl(router, socket),
    ttlMs: (name, uri) => 1000 * (base.settings.current.readAge[name]?.[uri] ?? 0),
  });
  const endpoint = new EndpointDesk({
    ...base,
    bridge,
    clock: ports.clock,
    publish: (status) => store.set(['endpoint'], status),
  });
  const history = historyOf(base);
  const clients = clientsOf(base, bridge);
  const containers = new ContainerDesk({
    ...base,
    ...guard,
    clock: ports.clock,
    hold: (name) => services.hold(name),
  });
  const services: AppServices = new AppServices({
    ...base,
    ...guard,
    history,
    containers,
    bridge,
    endpoint,
    clients,
  });
  const router = createRouter(services, {
    activity: new ActivityDesk({ ...base, bridge, gate: guard.gate }),
    ...settingsDesks(base, services),
    setup: new SetupDesk(base),
    droplet: dropletOf(base, (...secret) => services.setSecret(...secret)),
    history,
    explorer: createExplorer(bridge, ports),
    containers,
    doctor: doctorOf(base, clients),
  });
  return faceOf(services, router, base, screen);
}
