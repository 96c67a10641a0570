import { implement, ORPCError, withEventMeta } from '@orpc/server';
import { contract } from '../contract/api.ts';
import { asAppError } from '../contract/errors.ts';
import type { Desks, Services } from './services.ts';
import { createSshConfigReader } from './ssh-config/import-link.ts';

/** Our errors cross every wire as code, sentence and next step; nothing of a stack or a cause does. */
function asWireError(thrown: unknown): unknown {
  if (thrown instanceof ORPCError) return thrown;
  const error = asAppError(thrown);
  return new ORPCError('APP', { defined: true, status: 400, message: error.message, data: error.shape() });
}

/** The contract's procedures over core's services; the same router serves window, browser page and command line. */
// oxlint-disable-next-line max-lines-per-function -- one table, one line or two a procedure
export function createRouter(services: Services, desks: Desks, sshConfig = createSshConfigReader()) {
  const os = implement(contract).use(async ({ next }) => {
    try {
      return await next();
    } catch (thrown) {
      throw asWireError(thrown);
    }
  });
  return os.router({
    state: {
      follow: os.state.follow.handler(async function* ({ lastEventId, signal }) {
        const { store } = services;
        for await (const event of store.follow(lastEventId, signal)) {
          yield withEventMeta(event, { id: store.idOf(event) });
        }
      }),
    },
    activity: {
      body: os.activity.body.handler(({ input }) => desks.activity.body(input.id)),
      replay: os.activity.replay.handler(({ input }) => desks.activity.replay(input.id)),
      export: os.activity.export.handler(({ input }) => desks.activity.export(input)),
    },
    logs: {
      // asked for before the stream begins: what a generator throws later does not pass the middleware
      follow: os.logs.follow.handler(({ input, signal }) =>
        services.followLogs(input.profile, input, signal),
      ),
    },
    profiles: {
      add: os.profiles.add.handler(({ input }) => services.addProfile(input)),
      change: os.profiles.change.handler(({ input }) => services.changeProfile(input)),
      remove: os.profiles.remove.handler(async ({ input }) => {
        await services.removeProfile(input.profile);
        return { removed: true as const };
      }),
      setSecret: os.profiles.setSecret.handler(async ({ input }) => {
        await services.setSecret(input.profile, input.kind, input.value);
        return { set: true as const };
      }),
      setLimits: os.profiles.setLimits.handler(({ input }) =>
        services.guard.setLimits(input.profile, input.limits, input.confirm),
      ),
      sshHosts: os.profiles.sshHosts.handler(() => sshConfig.hosts()),
      resolveSsh: os.profiles.resolveSsh.handler(({ input }) => sshConfig.link(input.alias)),
    },
    links: {
      connect: os.links.connect.handler(({ input }) => services.connect(input.profile, input.waitMs)),
      disconnect: os.links.disconnect.handler(({ input }) => services.disconnect(input.profile)),
      retry: os.links.retry.handler(({ input }) => services.retry(input.profile)),
      trust: os.links.trust.handler(({ input }) => services.trust(input.profile, input.fingerprint)),
      untrust: os.links.untrust.handler(async ({ input }) => ({
        removed: await services.untrust(input.profile, input.fingerprint),
      })),
    },
    consent: {
      answer: os.consent.answer.handler(({ input }) => {
        services.answerConsent(input.id, input.nonce, input.decision, input);
        return { decided: input.decision };
      }),
    },
    guard: {
      revokeGrant: os.guard.revokeGrant.handler(({ input }) => ({
        revoked: services.guard.revokeGrant(input.profile, input.id),
      })),
      dismiss: os.guard.dismiss.handler(async ({ input }) => {
        await services.guard.dismiss(input.profile, input.id);
        return { dismissed: true as const };
      }),
    },
    trading: {
      stop: os.trading.stop.handler(({ input }) => services.stopTrading(input.profile)),
      closeAll: os.trading.closeAll.handler(({ input }) => services.closeAll(input.profile, input.confirm)),
    },
    tools: {
      list: os.tools.list.handler(({ input }) => services.catalogueOf(input.profile)),
      approve: os.tools.approve.handler(({ input }) => services.guard.approveTools(input)),
      block: os.tools.block.handler(({ input }) => services.guard.blockTools(input.profile, input.tools)),
    },
    mcp: {
      call: os.mcp.call.handler(async ({ input, signal }) => ({
        response: await services.callTool(input.profile, input.tool, input.argumentsText, signal),
      })),
      exchange: os.mcp.exchange.handler(({ input, signal }) =>
        desks.explorer.exchange(input.profile, input.request, signal),
      ),
      read: os.mcp.read.handler(async ({ input }) => ({
        response: await services.readResource(input.profile, input.uri),
      })),
    },
    clients: {
      list: os.clients.list.handler(() => services.clients.list()),
      preview: os.clients.preview.handler(({ input }) =>
        services.clients.preview(input.client, input.profile, input.action, input.despiteChanges),
      ),
      apply: os.clients.apply.handler(({ input }) => services.clients.apply(input)),
      repair: os.clients.repair.handler(({ input }) => services.clients.repair(input.id)),
      dismiss: os.clients.dismiss.handler(async ({ input }) => {
        await services.clients.dismiss(input.id);
        return { dismissed: true as const };
      }),
      noted: os.clients.noted.handler(async ({ input }) => {
        await services.clients.noted(input);
        return { noted: true as const };
      }),
      bundle: os.clients.bundle.handler(({ input }) => services.clients.bundle(input.profile)),
    },
    audit: {
      page: os.audit.page.handler(({ input }) => services.audit.page(input)),
      verify: os.audit.verify.handler(() => services.audit.verify()),
      export: os.audit.export.handler(({ input }) => services.audit.export(input.format, input.filter)),
    },
    containers: {
      restart: os.containers.restart.handler(({ input, signal }) =>
        desks.containers.restart(input.profile, input.service, signal),
      ),
      refresh: os.containers.refresh.handler(async ({ input }) => {
        await desks.containers.refresh(input.profile);
        return { read: true as const };
      }),
    },
    history: {
      money: os.history.money.handler(({ input }) => desks.history.money(input)),
      positions: os.history.positions.handler(({ input }) => desks.history.positions(input)),
      services: os.history.services.handler(({ input }) => desks.history.services(input)),
    },
    doctor: {
      run: os.doctor.run.handler(({ input, signal }) => desks.doctor.run(input.profile, signal)),
      last: os.doctor.last.handler(({ input }) => desks.doctor.last(input.profile)),
    },
    endpoint: {
      status: os.endpoint.status.handler(() => services.endpoint.status()),
      open: os.endpoint.open.handler(({ input }) => services.endpoint.open(input.profile, input.port)),
      close: os.endpoint.close.handler(async ({ input }) => {
        await services.endpoint.close(input.profile);
        return services.endpoint.status();
      }),
    },
    settings: {
      change: os.settings.change.handler(({ input }) => desks.settings.change(input)),
      exportFile: os.settings.exportFile.handler(() => ({ text: desks.transfer.exportText() })),
      previewImport: os.settings.previewImport.handler(({ input }) => desks.transfer.preview(input.text)),
      importFile: os.settings.importFile.handler(({ input }) => desks.transfer.import(input)),
    },
    droplet: {
      setup: os.droplet.setup.handler(async ({ input }) => ({
        profile: await desks.setup.follow(input.profile),
      })),
      nginx: os.droplet.nginx.handler(({ input }) => desks.droplet.nginx(input.profile, input.domain)),
      key: os.droplet.key.handler(({ input }) => desks.droplet.key(input.name, input.preset)),
      makeKey: os.droplet.makeKey.handler(({ input }) =>
        desks.droplet.makeKey(input.name, input.preset, input.passphrase),
      ),
    },
    app: {
      stopShortcut: os.app.stopShortcut.handler(async ({ input }) => ({
        keys: await services.setStopShortcut(input.keys),
      })),
      dashboardUrl: os.app.dashboardUrl.handler(() => ({ url: services.dashboardUrl() })),
      info: os.app.info.handler(() => ({
        version: services.store.state.app.version,
        pid: process.pid,
        environment: null,
      })),
    },
  });
}

export type Router = ReturnType<typeof createRouter>;
