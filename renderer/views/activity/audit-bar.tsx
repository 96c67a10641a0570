import type { Asked, Choices, Since } from './audit-filter.ts';
import { SINCE } from './audit-filter.ts';
import { Narrow, NarrowBar, Options } from './narrow-bar.tsx';

const CHOICES = [
  ['kind', 'Kind', 'All kinds'],
  ['profile', 'Profile', 'All profiles'],
  ['tool', 'Tool', 'All tools'],
  ['outcome', 'Outcome', 'All outcomes'],
  ['client', 'Who', 'Everybody'],
] as const;

/** The controls above the trail. */
export function AuditBar(props: { asked: Asked; choices: Choices; onChange: (asked: Asked) => void }) {
  const { asked, choices, onChange } = props;
  return (
    <NarrowBar
      name="audit"
      label="Search in entries"
      text={asked.text}
      onText={(text) => onChange({ ...asked, text })}
    >
      {CHOICES.map(([part, label, all]) => (
        <Narrow
          key={part}
          label={label}
          testId={`audit-${part}`}
          value={asked[part]}
          onChange={(value) => onChange({ ...asked, [part]: value })}
        >
          <Options all={all} of={choices[part]} />
        </Narrow>
      ))}
      <Narrow
        label="Time"
        testId="audit-since"
        value={asked.since}
        onChange={(since) => onChange({ ...asked, since: since as Since })}
      >
        {Object.entries(SINCE).map(([since, { word }]) => (
          <option key={since} value={since}>
            {word}
          </option>
        ))}
      </Narrow>
    </NarrowBar>
  );
}
