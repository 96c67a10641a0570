import { FlaskConical, Server } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useApp, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import type { Draft } from './draft.ts';
import { keepDraft, keptDraft } from './draft.ts';
import { StartForm } from './start-form.tsx';

const WAYS: readonly { way: Draft['way']; icon: LucideIcon; title: string; text: string }[] = [
  {
    way: 'demo',
    icon: FlaskConical,
    title: 'Try the demo',
    text: 'Running below now: a simulated droplet on this computer. Nothing is real, everything works.',
  },
  {
    way: 'real',
    icon: Server,
    title: 'Connect your droplet',
    text: 'Over SSH or HTTPS. Six checks, about two minutes; no file is edited by hand.',
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

/** On top of the overview until a profile of the user's own exists. */
export function Onboarding() {
  const { ui } = useApp();
  const demo = useMirror((s) => s.app !== null && 'demo' in s.app.profiles);
  const [draft, setDraft] = useState(() => keptDraft(demo ? 'demo' : 'real'));
  const shown = WAYS.filter(({ way }) => way !== 'demo' || demo);
  const choose = (way: Draft['way']) => {
    keepDraft({ ...draft, way });
    setDraft({ ...draft, way });
  };
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
      <div data-testid="onboarding" className="flex flex-col gap-4">
        <div className="grid grid-cols-2 gap-3">
          {shown.map((one) => (
            <Card key={one.way} {...one} chosen={one.way === draft.way} onChoose={() => choose(one.way)} />
          ))}
        </div>
        {draft.way === 'demo' ? (
          <div className="flex flex-wrap items-center gap-3">
            <span>Let Claude see the demo first:</span>
            <Button look="primary" onClick={() => ui.go({ page: 'clients' })}>
              Set up Claude Desktop
            </Button>
          </div>
        ) : (
          <StartForm draft={draft} onDraft={setDraft} />
        )}
      </div>
    </Panel>
  );
}
