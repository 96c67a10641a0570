import type { Tone } from '../../electron/contract/present.ts';
import { StateMark, TONE_SOFT, TONE_TEXT } from './state-mark.tsx';

/** How something that was asked for ended, across its dialog; without a title it is still under way. */
export function ResultBand(props: { tone: Tone; title?: string; sentence: string; testId?: string }) {
  const { tone, title, sentence, testId } = props;
  return (
    <div className={`flex items-center gap-3 rounded-md p-3 ${TONE_SOFT[tone]}`}>
      <StateMark tone={tone} size={20} />
      <div>
        {title === undefined ? null : (
          <p data-testid={testId} className={`text-lg font-semibold ${TONE_TEXT[tone]}`}>
            {title}
          </p>
        )}
        <p>{sentence}</p>
      </div>
    </div>
  );
}
