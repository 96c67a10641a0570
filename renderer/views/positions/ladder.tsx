import type { Position } from '../../../electron/contract/models.ts';
import { plainDecimal } from '../../parts/decimal.ts';

const WIDTH = 304;
const EDGE = 24;
const LINE_Y = 26;

interface Mark {
  name: string;
  price: string;
  above: boolean;
  tone: string;
}

/** Where a double is enough: the place of a mark on a line. */
function placesOf(marks: readonly Mark[]): number[] {
  const prices = marks.map(({ price }) => Number(price));
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  return prices.map((price) => EDGE + ((price - low) / (high - low || 1)) * (WIDTH - 2 * EDGE));
}

/** A word at the edge begins or ends there, so that none is cut off. */
function anchored(x: number): { x: number; textAnchor: 'start' | 'middle' | 'end' } {
  if (x < 2 * EDGE) return { x: 0, textAnchor: 'start' };
  return x > WIDTH - 2 * EDGE ? { x: WIDTH, textAnchor: 'end' } : { x, textAnchor: 'middle' };
}

/** Stop, entry, price and target on one line, to scale: how much room there is on either side. */
export function Ladder({ position, price }: { position: Position; price: string | null }) {
  const marks = [
    { name: 'stop', price: position.stop, above: false, tone: 'text-loss' },
    { name: 'entry', price: position.entry, above: true, tone: 'text-quiet' },
    { name: 'target', price: position.target, above: false, tone: 'text-gain' },
    { name: 'price', price, above: true, tone: 'text-text' },
  ].filter((mark): mark is Mark => mark.price !== null);
  if (marks.length < 2) return null;
  const places = placesOf(marks);
  const at = (name: string) => places[marks.findIndex((mark) => mark.name === name)];
  const [entry, now] = [at('entry'), at('price')];
  const crowded = entry !== undefined && now !== undefined && Math.abs(entry - now) < 84;
  const words = marks.map(({ name, price: value }) => `${name} ${plainDecimal(value, 2, 2)}`).join(', ');
  return (
    <svg
      width={WIDTH}
      height="56"
      viewBox={`0 0 ${WIDTH} 56`}
      role="img"
      aria-label={words}
      className="block shrink-0 text-xs"
    >
      <line
        x1={EDGE}
        x2={WIDTH - EDGE}
        y1={LINE_Y}
        y2={LINE_Y}
        strokeWidth="2"
        className="stroke-line-strong"
      />
      {entry === undefined || now === undefined ? null : (
        <line x1={entry} x2={now} y1={LINE_Y} y2={LINE_Y} strokeWidth="4" className="stroke-line-strong" />
      )}
      {marks.map((mark, index) => {
        const x = places[index] ?? 0;
        const isPrice = mark.name === 'price';
        // where both would stand in one place the price is what is said
        const label = !(crowded && mark.name === 'entry');
        return (
          <g key={mark.name} className={mark.tone}>
            {isPrice ? (
              <circle cx={x} cy={LINE_Y} r="4.5" fill="currentColor" />
            ) : (
              <line x1={x} x2={x} y1={LINE_Y - 5} y2={LINE_Y + 5} stroke="currentColor" strokeWidth="2" />
            )}
            {label ? (
              <text {...anchored(x)} y={mark.above ? 14 : 46} fill="currentColor">
                {mark.name} {plainDecimal(mark.price, 2, 2)}
              </text>
            ) : null}
          </g>
        );
      })}
    </svg>
  );
}
