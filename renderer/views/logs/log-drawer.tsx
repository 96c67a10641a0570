import type { LogLine } from '../../../electron/contract/models.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { HiddenNote } from '../../parts/hidden-note.tsx';
import { CodeBlock, PlainText } from '../../parts/plain-text.tsx';
import { useWritten } from '../../parts/written.ts';
import { asText } from './line-text.ts';

const moment = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const FROM = { droplet: 'droplet', app: 'this app', bridge: 'the bridge of this app' } as const;

function times({ time, receivedAt, at }: LogLine): readonly (readonly [string, string])[] {
  const received = ['Received', moment.format(receivedAt)] as const;
  if (time === null) return [received];
  const zone = time.assumedZone ? ', no zone given' : '';
  const moved = Math.abs(at - time.at) >= 2000 && at !== receivedAt;
  return [
    ['Written', `${time.text}${zone}`],
    ...(moved ? ([['By our clock', moment.format(at)]] as const) : []),
    received,
  ];
}

/** One line in full beside the list, or what several of them can be used for. */
export function LogDrawer(props: {
  line: LogLine;
  chosen: readonly LogLine[];
  filtered: boolean;
  onAround: () => void;
  onClose: () => void;
}) {
  const { line, chosen, filtered, onAround, onClose } = props;
  const written = useWritten();
  const many = chosen.length > 1;
  return (
    <Drawer
      label="Line"
      title={many ? `${written.count(chosen.length)} lines` : <PlainText text={line.service} />}
      aside={
        <CopyButton text={() => chosen.map(asText).join('\n')} label={many ? 'Copy lines' : 'Copy line'} />
      }
      className="w-96 gap-3 max-2xl:absolute max-2xl:inset-y-0 max-2xl:right-0 max-2xl:z-20 max-2xl:shadow-overlay"
      testId="log-drawer"
      onClose={onClose}
    >
      <dl className="grid grid-cols-[max-content_1fr] gap-x-3 gap-y-0.5 text-sm">
        {times(line).map(([label, text]) => (
          <div key={label} className="contents">
            <dt className="text-quiet">{label}</dt>
            <dd className="break-words">
              <PlainText text={text} />
            </dd>
          </div>
        ))}
        <dt className="text-quiet">From</dt>
        <dd>{FROM[line.from]}</dd>
        <dt className="text-quiet">Level</dt>
        <dd>{line.level === 'unknown' ? 'not given' : line.level}</dd>
      </dl>
      <HiddenNote text={line.text} />
      <CodeBlock text={line.text} className="min-h-16 shrink font-mono text-sm" />
      {filtered ? (
        <div>
          <Button small onClick={onAround} data-testid="log-around">
            Show the lines around it
          </Button>
        </div>
      ) : null}
    </Drawer>
  );
}
