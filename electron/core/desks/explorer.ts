import { AppError } from '../../contract/errors.ts';
import type { McpExchange, McpRequest } from '../../contract/explorer.ts';
import { ANSWER_SHOWN } from '../../contract/explorer.ts';
import { parseJsonText } from '../../contract/json-text.ts';
import type { AppPorts } from '../app-interface.ts';
import type { Bridge } from '../bridge/bridge.ts';

/** Throws INPUT_INVALID for what is no JSON object, and for what two parsers could read differently. */
function objectText(text: string): string {
  const given = text.trim() === '' ? '{}' : text;
  if (parseJsonText(given).kind !== 'object')
    throw new AppError(
      'INPUT_INVALID',
      'The arguments are no JSON object.',
      'Send { } with what it needs inside.',
    );
  return given;
}

function sent(request: McpRequest): { method: string; paramsText: string } {
  switch (request.kind) {
    case 'resource':
      return { method: 'resources/read', paramsText: JSON.stringify({ uri: request.uri }) };
    case 'tool':
    case 'prompt': {
      const name = JSON.stringify(request.name);
      return {
        method: request.kind === 'tool' ? 'tools/call' : 'prompts/get',
        paramsText: `{"name":${name},"arguments":${objectText(request.argumentsText)}}`,
      };
    }
    default:
      return request satisfies never;
  }
}

/** Requests of the Tools page: through the same guard as Claude's, with the texts that went both ways. */
export function createExplorer(
  bridge: Pick<Bridge, 'answerText'>,
  { version, clock }: Pick<AppPorts, 'version' | 'clock'>,
) {
  return {
    async exchange(
      profile: string,
      request: McpRequest,
      signal: AbortSignal | undefined,
    ): Promise<McpExchange> {
      const { method, paramsText } = sent(request);
      const started = clock.monotonic();
      const answer = await bridge.answerText({
        profile,
        client: { name: 'dashboard', version },
        transport: 'page',
        method,
        paramsText,
        signal,
      });
      const cut = answer.length > ANSWER_SHOWN;
      return {
        method,
        paramsText,
        answer: cut ? answer.slice(0, ANSWER_SHOWN) : answer,
        cutFrom: cut ? answer.length : null,
        ms: clock.monotonic() - started,
      };
    },
  };
}
export type Explorer = ReturnType<typeof createExplorer>;
