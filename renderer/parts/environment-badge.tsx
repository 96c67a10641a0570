import type { Environment } from '../../electron/contract/profile.ts';
import { presentEnvironment } from '../../electron/contract/present.ts';

const LOOK: Record<Environment, string> = {
  live: 'border-danger text-danger',
  paper: 'border-accent text-accent',
  demo: 'border-dashed border-line-strong text-quiet',
};

export const MEANING: Record<Environment, string> = {
  live: 'real money',
  paper: 'paper trading, no real money',
  demo: 'simulated data on this computer',
};

/** LIVE, PAPER or DEMO: never by colour alone, the same on every page. */
export function EnvironmentBadge({
  environment,
  small = false,
}: {
  environment: Environment;
  small?: boolean;
}) {
  const size = small ? 'h-4 px-1 text-[10px]' : 'h-6 px-2 text-xs';
  return (
    <span
      data-testid="environment"
      title={MEANING[environment]}
      className={`inline-flex shrink-0 items-center rounded-sm border font-semibold tracking-wide ${size} ${LOOK[environment]}`}
    >
      {presentEnvironment(environment)}
    </span>
  );
}
