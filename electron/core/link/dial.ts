import { AppError } from '../../contract/errors.ts';
import type { LinkVia } from '../../contract/link.ts';
import type { LinkConfig } from '../../contract/profile.ts';
import { dialDirect } from './http/direct-link.ts';
import type { DialContext, OpenLink } from './dialling.ts';
import { dialHttps } from './http/https-link.ts';
import { viaJumps } from './ssh/hop-errors.ts';
import { dialSsh } from './ssh/ssh-link.ts';

/** How a link is named to people, e.g. `ssh root@droplet:22 via bastion`. */
export function linkVia(config: LinkConfig, index: number): LinkVia {
  const label = (): string => {
    switch (config.kind) {
      case 'ssh': {
        const host = config.host.includes(':') ? `[${config.host}]` : config.host;
        return `ssh ${config.user}@${host}:${config.port}${viaJumps(config)}`;
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

/** Opens a link of any kind; see the dial functions for what they throw. */
export async function dial(config: LinkConfig, context: DialContext): Promise<OpenLink> {
  switch (config.kind) {
    case 'ssh':
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
