import { manualStop } from '../parts/stop-words.ts';
import type { App } from './app-context.tsx';
import { errorShape } from './client.ts';

/** Core answers well before this; a longer silence is shown as one, with the command to run by hand. */
const ANSWER_LIMIT_MS = 20_000;

/** Sends the emergency stop of a profile and shows how it ended. Never throws, never waits for a confirmation. */
export async function sendStop({ mirror, ui }: App, profile: string): Promise<void> {
  const at = Date.now();
  const config = mirror.store.getState().app?.profiles[profile]?.profile;
  const manual = config === undefined ? `catalyst-companion stop ${profile}` : manualStop(config);
  ui.store.setState({ stop: { phase: 'sending', profile, at } });
  try {
    const { client } = mirror;
    if (client === null) throw new Error('no connection');
    const report = await client.trading.stop({ profile }, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    ui.store.setState({ stop: { phase: 'reported', profile, report } });
  } catch (thrown) {
    ui.store.setState({ stop: { phase: 'unanswered', profile, at, error: errorShape(thrown), manual } });
  }
}
