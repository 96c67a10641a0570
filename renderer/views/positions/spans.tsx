import type { HistorySpan } from '../../../electron/contract/history.ts';
import { age } from '../../../electron/contract/present.ts';
import { Choice } from '../../parts/choice.tsx';

const SPANS = [
  ['1h', '1H', 'the last hour'],
  ['1d', '1D', 'the last day'],
  ['1w', '1W', 'the last week'],
  ['1m', '1M', 'the last 30 days'],
] as const satisfies readonly (readonly [HistorySpan, string, string])[];

export function spanWords(span: HistorySpan): string {
  return SPANS.find(([each]) => each === span)?.[2] ?? span;
}

/** Why there is no line yet: it takes two points. */
export function firstPoints(stepMs: number): string {
  return `The line begins with the second point; one stands for up to ${age(stepMs)}.`;
}

const OPTIONS = SPANS.map(([span, label]) => [span, label] as const);

/** How far a chart looks back. */
export function SpanChoice({ span, onSpan }: { span: HistorySpan; onSpan: (span: HistorySpan) => void }) {
  return <Choice label="Span" options={OPTIONS} value={span} onChoose={onSpan} />;
}
