import { Download } from 'lucide-react';
import { Button } from '../../parts/button.tsx';

export const FORMATS = ['csv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** One button a format, for what the list shows. */
export function ExportButtons(props: {
  name: string;
  title: string;
  busy: boolean;
  empty: boolean;
  onExport: (format: Format) => void;
}) {
  return FORMATS.map((format) => (
    <Button
      key={format}
      small
      data-testid={`${props.name}-export-${format}`}
      disabled={props.busy || props.empty}
      title={props.title}
      icon={<Download size={13} aria-hidden />}
      onClick={() => props.onExport(format)}
    >
      {format.toUpperCase()}
    </Button>
  ));
}
