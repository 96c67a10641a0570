import type { ServicesHistory } from '../../../electron/contract/history.ts';
import type { ServiceHealth } from '../../../electron/contract/models.ts';
import { presentVerdict } from '../../../electron/contract/present.ts';
import { useApp, useProfile } from '../../api/app-context.tsx';
import { useServicesHistory } from '../../api/use-history.ts';
import { Button } from '../../parts/button.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Duration } from '../../parts/quantity.tsx';
import { UptimeBars } from '../../parts/uptime-bars.tsx';

function Bars({ name, day }: { name: string; day: ServicesHistory | null }) {
  const bars = day?.services.find((one) => one.name === name)?.bars;
  // the place is the same before history has answered
  if (!day || !bars) return <span className="block h-4 w-[47px] shrink-0" />;
  return <UptimeBars bars={bars} from={day.from} stepMs={day.stepMs} now={day.now} span="24 h" step={3} />;
}

function Cell({
  service,
  day,
  planned,
}: {
  service: ServiceHealth;
  day: ServicesHistory | null;
  planned: boolean;
}) {
  const { tone, label } = presentVerdict(service.verdict);
  const quiet = service.verdict === 'unknown' ? 'text-quiet' : '';
  const asleep = planned && service.verdict === 'down';
  return (
    <li
      className="flex h-7 items-center gap-2"
      data-testid={`service-${service.name}`}
      title={service.reason ?? undefined}
    >
      <StateMark tone={asleep ? 'off' : tone} />
      <span className="sr-only">{asleep ? 'Planned downtime' : label}</span>
      <span className={`min-w-0 flex-1 truncate ${quiet}`}>
        {service.name}
        {service.verdict === 'up' ? null : (
          <span className="ml-2 text-sm text-quiet">
            <PlainText text={service.reason ?? label} />
          </span>
        )}
      </span>
      <span className={`shrink-0 text-right tabular-nums ${quiet}`}>
        {service.latencyMs === null ? null : <Duration ms={service.latencyMs} />}
      </span>
      <Bars name={service.name} day={day} />
    </li>
  );
}

/** Every service by its own probe, with its last day. */
export function ServicesPanel() {
  const { ui } = useApp();
  const health = useProfile((p) => p.health);
  const history = useServicesHistory('1d', 16);
  if (health === undefined) return null;
  const day = history.state === 'known' ? history.value : null;
  const up = health.services.filter((s) => s.verdict === 'up').length;
  const known = health.services.some((s) => s.verdict !== 'unknown');
  const aside = (
    <>
      <span>{known ? `${up} of ${health.services.length} up` : 'not known'} · 24 h</span>
      <Button small look="ghost" className="-mr-2" onClick={() => ui.go({ page: 'services' })}>
        Details
      </Button>
    </>
  );
  return (
    <Panel title="Services" aside={health.services.length === 0 ? undefined : aside}>
      {health.services.length === 0 ? (
        <Empty title="No services configured">Add them to the profile to see each probed on its own.</Empty>
      ) : (
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(216px,1fr))] gap-x-6">
          {health.services.map((service) => (
            <Cell key={service.name} service={service} day={day} planned={health.plannedDowntime} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
