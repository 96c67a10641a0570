import { hiddenCount } from './hidden-text.ts';
import { Note } from './panel.tsx';

/** Says that a text shown near has characters a reader would not see; nothing where it has none. */
export function HiddenNote({ text }: { text: string }) {
  const count = hiddenCount(text);
  if (count === 0) return null;
  const what = count === 1 ? 'character' : 'characters';
  return <Note tone="danger" title={`${count} hidden ${what}, drawn as code points`} />;
}
