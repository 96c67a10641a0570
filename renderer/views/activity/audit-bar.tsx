import { Choice, FilterInput } from '../../parts/field.tsx';
import { runsOf } from '../../parts/hidden-text.ts';
import type { Asked, Choices, Since } from './audit-filter.ts';
import { SINCE } from './audit-filter.ts';

/** An option holds text alone: hidden characters become their code points in words. */
const shown = (text: string): string =>
  runsOf(text)
    .map((run) => ('text' in run ? run.text : `[${run.hidden}]`))
    .join('');

const CHOICES = [
  ['kind', 'Kind', 'All kinds'],
  ['profile', 'Profile', 'All profiles'],
  ['tool', 'Tool', 'All tools'],
  ['outcome', 'Outcome', 'All outcomes'],
  ['client', 'Who', 'Everybody'],
] as const;

/** Wide enough for their words; in a narrow window the search goes to a line of its own. */
const PLACE = 'max-w-36 min-w-30 flex-1';

/** The controls above the list. */
export function AuditBar(props: { asked: Asked; choices: Choices; onChange: (asked: Asked) => void }) {
  const { asked, choices, onChange } = props;
  return (
    <div className="flex flex-wrap items-center gap-2" data-testid="audit-bar">
      {CHOICES.map(([part, label, all]) => (
        <div key={part} className={PLACE}>
          <Choice
            label={label}
            hideLabel
            data-testid={`audit-${part}`}
            value={asked[part]}
            onChange={(event) => onChange({ ...asked, [part]: event.target.value })}
          >
            <option value="">{all}</option>
            {choices[part].map((one) => (
              <option key={one} value={one}>
                {shown(one)}
              </option>
            ))}
          </Choice>
        </div>
      ))}
      <div className={PLACE}>
        <Choice
          label="Time"
          hideLabel
          data-testid="audit-since"
          value={asked.since}
          onChange={(event) => onChange({ ...asked, since: event.target.value as Since })}
        >
          {Object.entries(SINCE).map(([since, { word }]) => (
            <option key={since} value={since}>
              {word}
            </option>
          ))}
        </Choice>
      </div>
      <FilterInput
        label="Search in entries"
        value={asked.text}
        maxLength={200}
        onChange={(event) => onChange({ ...asked, text: event.target.value })}
      />
    </div>
  );
}
