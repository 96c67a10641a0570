import { AppError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/profile.ts';
import type { HttpAnswer } from '../http/request.ts';
import { authError, judge } from '../link/probe-verdict.ts';
import type { Asked } from '../link/probe-verdict.ts';
import { isHostGuard } from './judge-http.ts';
import type { Seen } from './judge-http.ts';
import type { Reached } from './reached.ts';
import { mcpRoute } from './reached.ts';
import { onDroplet, remedy, remedyOf } from './remedy.ts';
import type { Remedy } from './remedy.ts';
import type { CheckId } from './table.ts';

/** Refusals whose page says nothing more than the status, and those that the probe has other words for. */
function ownWords(seen: Seen, { url, via }: Asked): AppError | undefined {
  if (via === 'https' && isHostGuard(seen)) {
    return new AppError(
      'MCP_SERVER_ERROR',
      `The MCP server does not accept the host name that reaches it (HTTP ${seen.status}).`,
      `Add ${url.host} to its allowed hosts (FASTMCP_HTTP_ALLOWED_HOSTS), and let nginx pass that name on.`,
    );
  }
  if (seen.status === 413) {
    return new AppError(
      'MCP_SERVER_ERROR',
      'The web server refuses even a small message as too large (HTTP 413).',
      'Set client_max_body_size 10m; in the server block of nginx, then run: sudo nginx -t && sudo systemctl reload nginx',
    );
  }
  if (seen.status === 406) {
    return new AppError(
      'MCP_NOT_MCP',
      'The server answers HTTP 406 although both content types were offered; something on the way changes the Accept header.',
      'Take proxy_set_header Accept out of the server block of nginx, or give it: application/json, text/event-stream',
    );
  }
  return undefined;
}

/** What a refusing status means in words, and what helps: those of the link's own probe where it has them. */
export function describeAnswer(reached: Reached, seen: Seen, headers: HttpAnswer['headers']): AppError {
  const { link, rounds } = reached;
  const asked: Asked = {
    url: mcpRoute(link).url,
    via: link.via.kind,
    profile: rounds.profile,
    apiKeyHeader: link.apiKeyHeader,
  };
  const own = ownWords(seen, asked);
  if (own) return own;
  const verdict = judge(seen.status, seen.contentType, asked);
  if (verdict.kind === 'wrong') return verdict.error;
  if (verdict.kind === 'auth') return authError(verdict.code, asked, headers['www-authenticate']);
  return new AppError('MCP_SERVER_ERROR', `The MCP URL answers HTTP ${seen.status}.`, 'Look at its log.');
}

/** Shows what runs where docker-compose is, and the last lines of one service. */
export function composeCommand({ dir, preset }: Profile, service: string): string {
  const there = /^[\w~./-]+$/.test(dir) ? `cd ${dir} && ` : '';
  const name = preset === 'catalyst' ? ` ${service}` : '';
  return `${there}docker compose ps && docker compose logs --tail 50${name}`;
}

/** A command that shows more, beside the sentence. */
function handCommand(id: CheckId, { config, one }: Reached): string | null {
  if (config.kind === 'ssh') {
    const fits = id === 'web.answer' || id === 'tunnel.port';
    return fits ? onDroplet(config, composeCommand(one.profile, 'orchestration')) : null;
  }
  if (id === 'web.answer' || id === 'web.body-size' || id === 'web.rate-limit')
    return 'sudo tail -n 50 /var/log/nginx/error.log';
  if (id === 'mcp.host-guard') return 'proxy_set_header Host $host;';
  return null;
}

export function helpFor(id: CheckId, error: AppError, reached: Reached): Remedy {
  const help = remedyOf(error.next, reached.rounds.profile);
  return remedy(help.text, help.command ?? handCommand(id, reached));
}
