import type { CloseReport, StopReport } from '../../electron/contract/bridge.ts';
import { clockText } from './time-text.ts';

export interface StopWords {
  title: string;
  sentence: string;
  tone: 'live' | 'attention' | 'danger';
}

/** What a stop's result means, and when it was known. Only a state that was read again says that trading stopped. */
export function stopWords({ result, at }: Pick<StopReport, 'result' | 'at'>): StopWords {
  switch (result) {
    case 'confirmed':
      return {
        title: `Stop sent, confirmed at ${clockText(at)} by status`,
        sentence:
          'The state was read again after the stop: no new trades are being made. Open positions stay open.',
        tone: 'live',
      };
    case 'sent-not-confirmed':
      return {
        title: 'Stop sent, not confirmed',
        sentence: `The stop was sent, but the state read until ${clockText(at)} does not show that trading stopped.`,
        tone: 'attention',
      };
    case 'not-delivered':
      return {
        title: 'NOT DELIVERED',
        sentence: 'The stop did not reach the droplet. Trading may be going on. Stop it by hand now:',
        tone: 'danger',
      };
    default:
      return result satisfies never;
  }
}

/** What closing everything has come to: what was read from the positions, never the answer alone. */
export function closeWords({ result, at }: Pick<CloseReport, 'result' | 'at'>): StopWords {
  switch (result) {
    case 'closed':
      return {
        title: `No open positions, read at ${clockText(at)}`,
        sentence: 'The positions were read again after the order to close them, and there are none.',
        tone: 'live',
      };
    case 'still-open':
      return {
        title: 'Sent, but positions are still open',
        sentence:
          'The order was sent. Closing can take a while; look at the positions before you send it again.',
        tone: 'attention',
      };
    case 'unknown':
      return {
        title: 'Sent, outcome unknown',
        sentence:
          'The positions could not be read afterwards. Check them at your broker; do not send it again blindly.',
        tone: 'attention',
      };
    case 'not-sent':
      return {
        title: 'NOT SENT',
        sentence: 'Nothing left this computer, so nothing was closed. Close the positions at your broker.',
        tone: 'danger',
      };
    default:
      return result satisfies never;
  }
}
