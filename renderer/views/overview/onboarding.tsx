import { FlaskConical, Globe, SquareTerminal } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useApp, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { AddForm } from '../connections/add-form.tsx';

type Way = 'demo' | 'ssh' | 'https';

const WAYS: readonly { way: Way; icon: LucideIcon; title: string; text: string }[] = [
  {
    way: 'demo',
    icon: FlaskConical,
    title: 'Try the demo',
    text: 'Running below now: a simulated droplet on this computer. Nothing is real, everything works.',
  },
  {
    way: 'ssh',
    icon: SquareTerminal,
    title: 'Connect over SSH',
    text: 'Your droplet opens only port 22. No changes there; the tunnel lives inside this app.',
  },
  {
    way: 'https',
    icon: Globe,
    title: 'Connect over HTTPS',
    text: 'Your droplet has a domain and a web server in front, with an API key.',
  },
];

function Card(props: (typeof WAYS)[number] & { chosen: boolean; onChoose: () => void }) {
  const Icon = props.icon;
  return (
    <button
      type="button"
      aria-pressed={props.chosen}
      data-testid={`onboarding-${props.way}`}
      onClick={props.onChoose}
      className="transition-quick flex items-start gap-3 rounded-md border border-line p-3 text-left hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft"
    >
      <Icon size={18} aria-hidden className="mt-0.5 shrink-0 text-quiet" />
      <span>
        <span className="block font-semibold">{props.title}</span>
        <span className="block text-sm text-quiet">{props.text}</span>
      </span>
    </button>
  );
}

export function WayPicker({ ways, start }: { ways: readonly Way[]; start: Way }) {
  const { ui } = useApp();
  const [way, setWay] = useState<Way>(start);
  const demo = useMirror((s) => s.app !== null && 'demo' in s.app.profiles);
  const shown = WAYS.filter((one) => ways.includes(one.way) && (one.way !== 'demo' || demo));
  return (
    <div className="flex flex-col gap-4">
      <div className={`grid gap-3 ${shown.length === 3 ? 'grid-cols-3' : 'grid-cols-2'}`}>
        {shown.map((one) => (
          <Card key={one.way} {...one} chosen={one.way === way} onChoose={() => setWay(one.way)} />
        ))}
      </div>
      {way === 'demo' ? (
        <div className="flex flex-wrap items-center gap-3">
          <span>Let Claude see the demo first:</span>
          <Button look="primary" onClick={() => ui.go({ page: 'clients' })}>
            Set up Claude Desktop
          </Button>
        </div>
      ) : (
        <AddForm key={way} kind={way} />
      )}
    </div>
  );
}

/** On top of the overview until a profile of the user's own exists. */
export function Onboarding() {
  const { ui } = useApp();
  const aside = (
    <Button
      small
      look="ghost"
      className="-mr-2"
      onClick={() => ui.store.setState({ onboardingHidden: true })}
    >
      Hide for now
    </Button>
  );
  return (
    <Panel title="Welcome. What do you want to see?" aside={aside}>
      <div data-testid="onboarding">
        <WayPicker ways={['demo', 'ssh', 'https']} start="demo" />
      </div>
    </Panel>
  );
}
