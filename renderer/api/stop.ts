import { manualStopCommand } from '../../electron/contract/stop.ts';
import type { App } from './app-context.tsx';
import { errorShape } from './client.ts';

/** Core answers well before this; a longer silence is shown as one, with the command to run by hand. */
const ANSWER_LIMIT_MS = 20_000;

/**
 * Sends the emergency stop of a profile and shows how it ended. Never throws, never waits for a confirmation. It
 * may be pressed again at any time: each press sends, and the newest press is the one that is shown.
 */
export async function sendStop({ mirror, ui }: App, profile: string): Promise<void> {
  const config = mirror.store.getState().app?.profiles[profile]?.profile;
  const manual = config === undefined ? `catalyst-companion stop ${profile}` : manualStopCommand(config);
  const sending = { phase: 'sending' as const, profile, at: Date.now(), manual };
  ui.store.setState({ stop: sending });
  const isNewest = () => ui.store.getState().stop === sending;
  try {
    const { client } = mirror;
    if (client === null) throw new Error('no connection');
    const report = await client.trading.stop({ profile }, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    if (isNewest()) ui.store.setState({ stop: { phase: 'reported', profile, report } });
  } catch (thrown) {
    const { at } = sending;
    if (!isNewest()) return;
    ui.store.setState({ stop: { phase: 'unanswered', profile, at, error: errorShape(thrown), manual } });
  }
}
