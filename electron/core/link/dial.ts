import { AppError } from '../../contract/errors.ts';
import type { LinkVia } from '../../contract/link.ts';
import type { LinkConfig } from '../../contract/profile.ts';
import { dialDirect } from './http/direct-link.ts';
import type { DialContext, OpenLink } from './dialling.ts';
import { dialHttps } from './http/https-link.ts';
import { dialSsh } from './ssh/ssh-link.ts';

/** How a link is named to people, e.g. `ssh root@droplet:22`. */
export function linkVia(config: LinkConfig, index: number): LinkVia {
  const label = (): string => {
    switch (config.kind) {
      case 'ssh': {
        const host = config.host.includes(':') ? `[${config.host}]` : config.host;
        return `ssh ${config.user}@${host}:${config.port}`;
      }
      case 'https':
      case 'direct': {
        const url = URL.canParse(config.url) ? new URL(config.url) : undefined;
        return `${config.kind} ${url?.host ?? ''}${url?.pathname ?? ''}`;
      }
      case 'kubernetes':
        return `kubernetes ${config.namespace}/${config.service}:${config.port}`;
      default:
        return config satisfies never;
    }
  };
  return { index, kind: config.kind, label: label() };
}

function noJumps(): AppError {
  return new AppError(
    'LINK_KIND_UNSUPPORTED',
    'Jump hosts are not available yet; nothing was connected.',
    'Keep a tunnel running (ssh -J BASTION -N -L 5000:127.0.0.1:5000 USER@HOST) and add the profile with --direct URL.',
  );
}

/** Opens a link of any kind; see the dial functions for what they throw. */
export async function dial(config: LinkConfig, context: DialContext): Promise<OpenLink> {
  switch (config.kind) {
    case 'ssh':
      // going straight there instead could end at another machine of that name
      if (config.jump.length > 0) throw noJumps();
      return dialSsh(config, context);
    case 'https':
      return dialHttps(config, context);
    case 'direct':
      return dialDirect(config, context);
    case 'kubernetes':
      throw new AppError(
        'LINK_KIND_UNSUPPORTED',
        'Kubernetes links are not available yet.',
        'Keep a kubectl port-forward running and add the profile with --direct URL.',
      );
    default:
      return config satisfies never;
  }
}
