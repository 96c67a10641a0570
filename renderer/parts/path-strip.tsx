import type { Hop, Path } from './path-hops.ts';
import { StateMark, TONE_TEXT } from './state-mark.tsx';
import { PlainText } from './plain-text.tsx';

function HopBox({
  hop,
  broken,
  after,
  onOpen,
}: {
  hop: Hop;
  broken: boolean;
  after: boolean;
  onOpen: () => void;
}) {
  const color = broken ? TONE_TEXT[hop.tone] : after ? 'text-quiet' : 'text-text';
  return (
    <button
      type="button"
      data-testid={`hop-${hop.key}`}
      title={`${hop.label}: ${hop.figure}${hop.note === '' ? '' : `, ${hop.note}`}`}
      data-broken={broken ? '' : undefined}
      onClick={onOpen}
      className="transition-quick flex min-w-0 flex-col gap-0.5 rounded-md px-3 py-2 text-left hover:bg-hover max-lg-nav:px-2"
    >
      <span className="flex w-full items-center gap-1.5 truncate text-sm text-quiet">
        {broken ? <StateMark tone={hop.tone} /> : null}
        <span className="truncate">
          <PlainText text={hop.label} />
        </span>
      </span>
      <span className={`w-full truncate text-lg leading-5 font-semibold max-lg-nav:text-base ${color}`}>
        <PlainText text={hop.figure} />
      </span>
      <span className="h-4 w-full truncate text-xs text-quiet">
        <PlainText text={hop.note} />
      </span>
    </button>
  );
}

/** Names of hosts need more room than counts. */
function room(key: Hop['key']): string {
  if (key === 'claude' || key === 'bridge') return 'flex-[0.8]';
  return key === 'link' || key.startsWith('jump-') ? 'flex-[1.25]' : 'flex-1';
}

/** The way from one hop to the next: drawn through while it is known to carry, dashed from the broken hop on. */
function Way({ carries }: { carries: boolean }) {
  return (
    <span
      aria-hidden
      data-carries={carries ? '' : undefined}
      className={`mt-[15px] h-px min-w-3 flex-1 self-start ${carries ? 'bg-line-strong' : 'dashed'}`}
    />
  );
}

/** The product in one line. Only the first broken hop is coloured; what comes after it is not known. */
export function PathStrip({ path, onOpen }: { path: Path; onOpen: (hop: Hop) => void }) {
  const at = path.broken === null ? Infinity : path.hops.findIndex((hop) => hop.key === path.broken?.key);
  return (
    <ol aria-label="Path from Claude to the services" className="flex items-stretch px-1 py-1">
      {path.hops.map((hop, i) => (
        <li
          key={hop.key}
          className={`flex min-w-0 items-center last:w-36 last:flex-none max-lg-nav:last:w-27 ${room(hop.key)}`}
        >
          <HopBox hop={hop} broken={i === at} after={i > at} onOpen={() => onOpen(hop)} />
          {i === path.hops.length - 1 ? null : <Way carries={i < at} />}
        </li>
      ))}
    </ol>
  );
}
