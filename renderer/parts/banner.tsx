import { useApp, useFromNow, useMirror } from '../api/app-context.tsx';
import { age } from '../../electron/contract/present.ts';
import { Button } from './button.tsx';
import { StateMark } from './state-mark.tsx';
import { clockText } from './time-text.ts';

/** Said once, above everything, while the app behind the page does not answer. */
export function LostBanner() {
  const { mirror } = useApp();
  const lost = useMirror((s) => s.connection === 'lost');
  const heardAt = useMirror((s) => s.heardAt);
  const retryAt = useMirror((s) => s.retryAt);
  const next = useFromNow((now) =>
    retryAt === null || retryAt - now < 1_000 ? 'Trying now.' : `Next try in ${age(retryAt - now)}.`,
  );
  return (
    <div role="alert">
      {lost ? (
        <div
          data-testid="lost-banner"
          className="flex items-center gap-3 border-b border-line bg-danger-soft px-4 py-2"
        >
          <StateMark tone="danger" />
          <p className="flex-1">
            <strong className="font-semibold text-danger">The app is not answering.</strong>{' '}
            {heardAt === null
              ? 'Nothing was received yet.'
              : `Values below are from ${clockText(heardAt)} and may be wrong by now.`}{' '}
            <span className="text-quiet">{next}</span>
          </p>
          <Button small onClick={() => mirror.retryNow()}>
            Try now
          </Button>
        </div>
      ) : null}
    </div>
  );
}
