import { useApp, useUi } from '../api/app-context.tsx';
import { PAGES } from '../api/ui-store.ts';
import { Overlay } from './overlay.tsx';
import { PAGE_WORDS } from './pages.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['Ctrl K, ⌘ K', 'Search pages and actions'],
  ['/', 'Go to the filter of this page'],
  ['n', 'What waits for you: notices'],
  ['?', 'This help'],
  ['Esc', 'Close what is open'],
  ['↑ ↓', 'Choose a row or line'],
  ['Shift ↑ ↓', 'Choose several log lines'],
  ['c', 'Copy the chosen log lines'],
  ['w', 'Wrap long log lines'],
  ['f', 'Follow the newest log line'],
];
const MARKS: readonly (readonly [string, string])[] = [
  ['● Live, Up', 'Answered within the last 45 s'],
  ['▲ Attention', 'Works in part, or is being repaired'],
  ['✕ Danger', 'Does not work, or needs you'],
  ['◇ Unknown', 'Not known now; never shown as zero'],
];

function Rows({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return (
    <dl className="grid grid-cols-[max-content_1fr] content-start gap-x-4 gap-y-1.5">
      {rows.map(([key, words]) => (
        <div key={key} className="contents">
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd className="text-quiet">{words}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Help() {
  const { ui } = useApp();
  const open = useUi((s) => s.helpOpen);
  const pages = PAGES.map((page) => [PAGE_WORDS[page].key, PAGE_WORDS[page].label] as const);
  return (
    <Overlay
      open={open}
      onClose={() => ui.store.setState({ helpOpen: false })}
      title="Keyboard and marks"
      width="max-w-2xl"
      crossed
      testId="help"
    >
      <div className="grid grid-cols-2 gap-6 px-5 pt-3 pb-5">
        <Rows rows={KEYS} />
        <Rows rows={pages} />
        <div className="col-span-2 border-t border-line pt-4">
          <Rows rows={MARKS} />
        </div>
      </div>
    </Overlay>
  );
}
