import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Instant, Position } from '../../../electron/contract/models.ts';
import { Age } from '../../parts/age.tsx';
import { IconButton } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Amount, Percent, ProfitLoss, Sum } from '../../parts/money.tsx';
import { CodeBlock, indented } from '../../parts/plain-text.tsx';

function Opened({ instant }: { instant: Instant | null }) {
  if (instant === null) return <span className="text-quiet">-</span>;
  return (
    <span
      title={
        instant.assumedZone ? 'The back end gave no time zone; the profile’s was assumed.' : instant.text
      }
    >
      <Age at={instant.at} />
      {instant.assumedZone ? <span className="text-quiet"> (?)</span> : null}
    </span>
  );
}

function Figures({ position }: { position: Position }) {
  const { currency } = position;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3">
      <Figure label="Unrealized">
        <ProfitLoss value={position.unrealized} currency={currency} />
      </Figure>
      <Figure label="Percent">
        <Percent value={position.unrealizedPct} />
      </Figure>
      <Figure label="Realized">
        <ProfitLoss value={position.realized} currency={currency} />
      </Figure>
      <Figure label="Value">
        <Sum value={position.value} currency={currency} />
      </Figure>
      <Figure label="Entry">
        <Amount value={position.entry} least={2} />
      </Figure>
      <Figure label="Current">
        <Amount value={position.current} least={2} />
      </Figure>
      <Figure label="Stop">
        <Amount value={position.stop} least={2} />
      </Figure>
      <Figure label="Target">
        <Amount value={position.target} least={2} />
      </Figure>
      <Figure label="At risk">
        <Sum value={position.risk} currency={currency} />
      </Figure>
      <Figure label="Opened">
        <Opened instant={position.openedAt} />
      </Figure>
      <Figure label="Cycle">{position.cycle ?? '-'}</Figure>
      <Figure label="Id">{position.id ?? '-'}</Figure>
    </dl>
  );
}

/** One position in full beside the table, down to what the back end sent. */
export function PositionDrawer({ position, onClose }: { position: Position; onClose: () => void }) {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus({ preventScroll: true }), []);
  return (
    <aside
      aria-label={`Position ${position.symbol ?? position.key}`}
      data-testid="position-drawer"
      onKeyDown={(event) => (event.key === 'Escape' ? onClose() : undefined)}
      className="flex w-84 shrink-0 flex-col gap-4 overflow-y-auto rounded-md border border-line bg-raised px-4 pt-2 pb-4"
    >
      <header className="flex items-center justify-between gap-2">
        <h2 className="text-lg">
          {position.symbol ?? 'No symbol'}{' '}
          <span className="text-base font-normal text-quiet">
            {position.side === 'unknown' ? 'side not reported' : position.side}{' '}
            <Amount value={position.quantity} />
          </span>
        </h2>
        <IconButton ref={close} label="Close" onClick={onClose} className="-mr-2">
          <X size={15} />
        </IconButton>
      </header>
      <Figures position={position} />
      <section aria-label="As received" className="flex min-h-0 flex-col gap-2">
        <div className="flex items-center justify-between">
          <h3 className="text-sm text-quiet">As received</h3>
          <CopyButton text={() => position.raw} label="Copy" />
        </div>
        <CodeBlock text={indented(position.raw)} />
      </section>
    </aside>
  );
}
