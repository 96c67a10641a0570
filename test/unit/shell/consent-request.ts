import type { ConsentRequest } from '../../../electron/contract/bridge.ts';

export function consentRequest(more: Partial<ConsentRequest> = {}): ConsentRequest {
  const at = more.requestedAt ?? 0;
  return {
    id: 'c1',
    nonce: 'n1',
    profile: 'catalyst',
    environment: 'live',
    tool: 'start_trading_cycle',
    toolClass: 'start',
    client: 'claude-ai 0.1.0 over stdio',
    argumentsText: '{"mode":"normal","max_positions":5}',
    rows: [
      { name: 'mode', value: '"normal"' },
      { name: 'max_positions', value: '5' },
    ],
    others: [],
    requestedAt: at,
    expiresAt: at + 45_000,
    armedAt: at + 700,
    known: [{ label: 'open positions', text: '3', receivedAt: at - 2_000 }],
    unresolved: null,
    ...more,
  };
}
