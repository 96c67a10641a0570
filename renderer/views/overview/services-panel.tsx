import type { ServicesHistory } from '../../../electron/contract/history.ts';
import { carries } from '../../../electron/contract/awaited.ts';
import type { HealthModel, ServiceHealth } from '../../../electron/contract/models.ts';
import { presentLink, presentVerdict } from '../../../electron/contract/present.ts';
import { useApp, useFromNow, useProfile } from '../../api/app-context.tsx';
import { useServicesHistory } from '../../api/use-history.ts';
import { useRoomy } from '../../api/use-roomy.ts';
import { Age } from '../../parts/age.tsx';
import { Button } from '../../parts/button.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { Duration, Share } from '../../parts/quantity.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { UptimeBars } from '../../parts/uptime-bars.tsx';
import { uptimeOf } from '../../parts/uptime.ts';

interface Past {
  day: ServicesHistory | null;
  /** One line a service, with the figures of its day. */
  roomy: boolean;
}

/** Bars of the last day: the same place before history has answered, and without colour where nothing is known of now. */
function Day({ service, day, roomy }: { service: ServiceHealth } & Past) {
  const bars = day?.services.find((one) => one.name === service.name)?.bars;
  const place = roomy ? 'w-[191px]' : 'w-[47px]';
  const past = service.verdict === 'unknown' ? 'opacity-60 grayscale' : '';
  const share = day && bars ? uptimeOf(bars, day).share : null;
  return (
    <>
      {roomy ? (
        <span className="w-16 shrink-0 text-right text-quiet">
          <Share value={share} />
        </span>
      ) : null}
      <span className={`h-4 shrink-0 ${place} ${past}`}>
        {day && bars ? <UptimeBars bars={bars} over={day} span="24 h" step={roomy ? 4 : 3} /> : null}
      </span>
    </>
  );
}

function Cell(props: { service: ServiceHealth; planned: boolean; linked: boolean } & Past) {
  const { service, planned, linked, day, roomy } = props;
  const { tone, label } = presentVerdict(service.verdict);
  const asleep = planned && service.verdict === 'down';
  // a link that is away is the reason of them all, and is said once above
  const reason = service.verdict === 'up' || !linked ? null : (service.reason ?? label);
  return (
    <li
      className={`flex items-center gap-2 ${roomy ? 'gap-4' : 'h-7'} ${service.verdict === 'unknown' ? 'text-quiet' : ''}`}
      data-testid={`service-${service.name}`}
      title={reason ?? undefined}
    >
      <span className="flex min-w-0 flex-1 items-center gap-2">
        <StateMark tone={asleep ? 'off' : tone} />
        <span className="sr-only">{asleep ? 'Planned downtime' : label}</span>
        <span className="min-w-0 truncate">
          {service.name}
          {reason === null ? null : (
            <span className="ml-2 text-sm text-quiet">
              <PlainText text={reason} />
            </span>
          )}
        </span>
      </span>
      <span className="shrink-0 text-right">
        {service.latencyMs === null ? null : <Duration ms={service.latencyMs} />}
      </span>
      <Day service={service} day={day} roomy={roomy} />
    </li>
  );
}

/** How many answer, and how old the oldest of these answers is. */
function Count({ health }: { health: HealthModel }) {
  const link = useProfile((p) => p.link);
  const word = useFromNow((now) => (link === undefined ? '' : presentLink(link, now).label.toLowerCase()));
  const known = health.services.filter(({ verdict }) => verdict !== 'unknown');
  if (link !== undefined && !carries(link)) return <span>unknown, the link is {word}</span>;
  if (known.length === 0) return <span>not probed yet</span>;
  const up = known.filter(({ verdict }) => verdict === 'up').length;
  const probed = known.flatMap(({ probedAt }) => probedAt ?? []);
  return (
    <span>
      {up} of {health.services.length} up
      {probed.length === 0 ? null : (
        <>
          {' · '}
          <Age at={Math.min(...probed)} />
        </>
      )}
    </span>
  );
}

/** Most services that stand one below the other where there is room for it. */
const ONE_COLUMN = 14;

/** Every service by its own probe, with its last day. */
export function ServicesPanel() {
  const { ui } = useApp();
  const health = useProfile((p) => p.health);
  const linked = useProfile((p) => carries(p.link)) ?? false;
  const roomy = useRoomy() && (health?.services.length ?? 0) <= ONE_COLUMN;
  const history = useServicesHistory('1d', roomy ? 48 : 16);
  if (health === undefined) return null;
  const day = history.state === 'known' ? history.value : null;
  const aside = (
    <>
      <span className="truncate">
        <Count health={health} />
        <span className="max-lg-nav:hidden"> · {roomy ? 'uptime and bars of 24 h' : 'bars of 24 h'}</span>
      </span>
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
        <ul
          className={
            roomy
              ? 'grid auto-rows-[36px] divide-y divide-line'
              : 'grid grid-cols-[repeat(auto-fill,minmax(216px,1fr))] gap-x-6'
          }
        >
          {health.services.map((service) => (
            <Cell
              key={service.name}
              service={service}
              day={day}
              planned={health.plannedDowntime}
              linked={linked}
              roomy={roomy}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}
