import { FlaskConical, Globe, SquareTerminal } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useApp, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import type { Draft, Way } from './draft.ts';
import { keepDraft, keptDraft, WAYS } from './draft.ts';
import { StartForm } from './start-form.tsx';
import { understand } from './understand.ts';

const CARDS: Record<Way, { icon: LucideIcon; title: string; text: string }> = {
  demo: {
    icon: FlaskConical,
    title: 'Try the demo',
    text: 'A simulated droplet on this computer, running below. Nothing is real; everything works.',
  },
  ssh: {
    icon: SquareTerminal,
    title: 'Connect over SSH',
    text: 'With your ssh command, or a host of ~/.ssh/config. Nothing is installed on the droplet.',
  },
  https: {
    icon: Globe,
    title: 'Connect over HTTPS',
    text: 'By the address of a web server in front of it. Its configuration can be written for you.',
  },
};

function Card({ way, chosen, onChoose }: { way: Way; chosen: boolean; onChoose: () => void }) {
  const { icon: Icon, title, text } = CARDS[way];
  return (
    <button
      type="button"
      aria-pressed={chosen}
      data-testid={`onboarding-${way}`}
      onClick={onChoose}
      className="transition-quick flex min-w-0 flex-1 items-start gap-3 rounded-md border border-line p-3 text-left hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft"
    >
      <Icon size={18} aria-hidden className="mt-0.5 shrink-0 text-quiet" />
      <span className="min-w-0">
        <span className="block font-semibold">{title}</span>
        <span className="block text-sm text-quiet">{text}</span>
      </span>
    </button>
  );
}

/** The draft with another card pressed; what was typed for the other kind of link goes. */
function chosen(draft: Draft, way: Way): Draft {
  const { kind } = understand(draft.text);
  const other = way === 'https' ? kind === 'ssh' || kind === 'alias' : way === 'ssh' && kind === 'https';
  return { ...draft, way, ...(other ? { text: '', alias: '' } : {}) };
}

function DemoStep() {
  const { ui } = useApp();
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button look="primary" onClick={() => ui.go({ page: 'clients' })}>
        Set up Claude Desktop
      </Button>
      <span className="text-quiet">Lets Claude see the demo; then ask it about its positions.</span>
    </div>
  );
}

/** On top of the overview until a profile of the user's own exists. */
export function Onboarding() {
  const { ui } = useApp();
  const demo = useMirror((s) => s.app !== null && 'demo' in s.app.profiles);
  const [draft, setDraft] = useState(() => keptDraft(demo));
  const change = (next: Draft) => {
    keepDraft(next);
    setDraft(next);
  };
  return (
    <section
      aria-labelledby="welcome"
      data-testid="onboarding"
      className="rounded-md border border-line bg-raised px-5 pt-4 pb-5"
    >
      <div className="flex items-start justify-between gap-4">
        <h2 id="welcome" className="text-xl">
          Welcome to Catalyst Companion
        </h2>
        {/* with nothing below there is nothing to make room for */}
        {demo ? (
          <Button
            small
            look="ghost"
            className="-mr-2"
            onClick={() => ui.store.setState({ onboardingHidden: true })}
          >
            Hide for now
          </Button>
        ) : null}
      </div>
      <p className="max-w-[88ch] pt-1 text-quiet">
        It keeps the link to your trading droplet alive, lets Claude see and steer it with your consent, and
        shows what is true right now. How do you want to begin?
      </p>
      <div className="flex max-w-260 flex-col gap-4 pt-4">
        <div className="flex gap-3">
          {WAYS.filter((way) => way !== 'demo' || demo).map((way) => (
            <Card
              key={way}
              way={way}
              chosen={way === draft.way}
              onChoose={() => change(chosen(draft, way))}
            />
          ))}
        </div>
        {draft.way === 'demo' ? <DemoStep /> : <StartForm draft={draft} onDraft={change} />}
      </div>
    </section>
  );
}
