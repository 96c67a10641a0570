import { RotateCw } from 'lucide-react';
import type { Container, ContainerList, Restart } from '../../../electron/contract/containers.ts';
import type { Reading } from '../../../electron/contract/models.ts';
import type { Tone } from '../../../electron/contract/present.ts';
import { useApp, useProfile } from '../../api/app-context.tsx';
import { writerOf } from '../../api/log-filter.ts';
import { Age } from '../../parts/age.tsx';
import { Button } from '../../parts/button.tsx';
import { Figure } from '../../parts/figure.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { NotKnown, shown } from '../../parts/reading-note.tsx';
import { Section } from '../../parts/section.tsx';
import { StateWord } from '../../parts/state-mark.tsx';
import { useRestart } from './use-restart.ts';

const STATES: Record<Restart['state'], { tone: Tone; label: string }> = {
  asking: { tone: 'working', label: 'Waits for your consent' },
  running: { tone: 'working', label: 'Restarting' },
  done: { tone: 'live', label: 'Restarted' },
  failed: { tone: 'danger', label: 'Failed' },
  unknown: { tone: 'unknown', label: 'Outcome unknown' },
  'not-sent': { tone: 'off', label: 'Not sent' },
};

function LastRestart({ restart }: { restart: Restart }) {
  const { tone, label } = STATES[restart.state];
  return (
    <div data-testid="last-restart" data-state={restart.state} className="text-sm">
      <span className="flex items-baseline justify-between gap-2">
        <StateWord tone={tone} label={label} />
        <span className="text-quiet">
          <Age at={restart.at} />
        </span>
      </span>
      {restart.detail === '' ? null : (
        <p className="break-words text-quiet">
          <PlainText text={restart.detail} />
        </p>
      )}
    </div>
  );
}

function Facts({ row, reading }: { row: Container | undefined; reading: Reading<ContainerList> }) {
  if (shown(reading) === null) return <NotKnown reading={reading} />;
  if (row === undefined)
    return <p className="text-sm text-quiet">Compose lists no container of this name.</p>;
  return (
    <dl
      className={`grid grid-cols-3 gap-x-4 gap-y-3 ${reading.state === 'known' ? '' : 'stale'}`}
      data-testid="container"
    >
      <Figure label="State">{row.state ?? 'not told'}</Figure>
      <Figure label="Docker's check" className="col-span-2">
        {row.health ?? 'none'}
      </Figure>
      <Figure label="In Docker's words" className="col-span-3">
        {row.status === '' ? '-' : <PlainText text={row.status} />}
      </Figure>
    </dl>
  );
}

/** What compose says of a service's container, and restarting it: a person is asked, with the exact command. */
export function ContainerSection({ service }: { service: string }) {
  const { ui } = useApp();
  const run = useRestart();
  const profile = useProfile((p) => p.profile.name);
  const reading = useProfile((p) => p.containers.list);
  const restart = useProfile((p) => p.containers.restarts[service]);
  if (profile === undefined || reading === undefined) return null;
  const known = shown(reading);
  const row = known?.value.rows.find((one) => one.service === service);
  const stale = reading.state === 'unknown';
  const busy = restart?.state === 'asking' || restart?.state === 'running';
  return (
    <Section title="Container" aside={known === null ? '' : <Age at={known.known.receivedAt} />}>
      <Facts row={row} reading={reading} />
      {restart === undefined ? null : <LastRestart restart={restart} />}
      <div className="flex gap-2">
        <Button
          small
          data-testid="restart"
          disabled={row === undefined || stale || busy}
          title={stale ? reading.reason : 'Asks you first, with the exact command'}
          icon={<RotateCw size={13} aria-hidden />}
          onClick={() => void run(profile, service)}
        >
          Restart…
        </Button>
        <Button
          small
          look="ghost"
          data-testid="service-logs"
          onClick={() => ui.go({ page: 'logs', logs: writerOf({ from: 'droplet', service }) })}
        >
          Logs
        </Button>
      </div>
    </Section>
  );
}
