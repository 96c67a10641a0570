import type { ServiceHealth } from '../../../electron/contract/models.ts';
import { presentVerdict } from '../../../electron/contract/present.ts';
import { useApp, useProfile } from '../../api/app-context.tsx';
import { Age } from '../../parts/age.tsx';
import { Beats } from '../../parts/beats.tsx';
import { Button } from '../../parts/button.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { durationText } from '../../parts/time-text.ts';
import { PlainText } from '../../parts/plain-text.tsx';

function Row({ service }: { service: ServiceHealth }) {
  const { tone, label } = presentVerdict(service.verdict);
  const quiet = service.verdict === 'unknown' ? 'text-quiet' : '';
  return (
    <li
      className="flex h-7 items-center gap-2 px-4"
      data-testid={`service-${service.name}`}
      title={service.reason ?? undefined}
    >
      <StateMark tone={tone} />
      <span className="sr-only">{label}</span>
      <span className={`min-w-0 flex-1 truncate ${quiet}`}>
        {service.name}
        {service.verdict === 'up' ? null : (
          <span className="ml-2 text-sm text-quiet">
            <PlainText text={service.reason ?? label} />
          </span>
        )}
      </span>
      <span className={`w-14 text-right ${quiet}`}>{durationText(service.latencyMs)}</span>
      <span className="hidden w-12 text-right text-xs text-quiet xl:block">
        {service.probedAt === null ? '-' : <Age at={service.probedAt} after="" />}
      </span>
      <Beats beats={service.beats} count={20} stale={service.verdict === 'unknown'} />
    </li>
  );
}

/** Every service by its own probe. */
export function ServicesPanel() {
  const { ui } = useApp();
  const health = useProfile((p) => p.health);
  if (health === undefined) return null;
  const up = health.services.filter((s) => s.verdict === 'up').length;
  const known = health.services.some((s) => s.verdict !== 'unknown');
  const aside = (
    <>
      <span>{known ? `${up} of ${health.services.length} up` : 'not known'}</span>
      <Button small look="ghost" className="-mr-2" onClick={() => ui.go({ page: 'services' })}>
        Details
      </Button>
    </>
  );
  return (
    <Panel title="Services" aside={health.services.length === 0 ? undefined : aside} flush>
      {health.services.length === 0 ? (
        <Empty title="No services configured">Add them to the profile to see each probed on its own.</Empty>
      ) : (
        <ul className="pb-2">
          {health.services.map((service) => (
            <Row key={service.name} service={service} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
