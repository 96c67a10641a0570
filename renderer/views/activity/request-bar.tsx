import { useMemo } from 'react';
import type { ActivityEntry } from '../../../electron/contract/bridge.ts';
import { Narrow, NarrowBar, Options } from './narrow-bar.tsx';
import type { RequestFilter, Show } from './request-filter.ts';
import { choicesOf } from './request-filter.ts';

export const SHOW_WORDS: Readonly<Record<Show, string>> = {
  all: 'Everything',
  requests: 'Requests alone',
  trading: 'What moves trading',
  problems: 'What went wrong',
};
const CHOICES = [
  ['client', 'Who', 'Everybody'],
  ['method', 'Method', 'All methods'],
  ['outcome', 'Outcome', 'All outcomes'],
] as const;

/** The controls above the requests. */
export function RequestBar(props: {
  filter: RequestFilter;
  activity: readonly ActivityEntry[];
  profile: string | null;
  onChange: (filter: RequestFilter) => void;
}) {
  const { filter, activity, onChange } = props;
  const choices = useMemo(() => choicesOf(activity), [activity]);
  return (
    <NarrowBar
      name="activity"
      label="Filter activity"
      text={filter.text}
      onText={(text) => onChange({ ...filter, text })}
    >
      <Narrow
        label="Show"
        testId="activity-show"
        value={filter.show}
        onChange={(show) => onChange({ ...filter, show: show as Show })}
      >
        {Object.entries(SHOW_WORDS).map(([show, words]) => (
          <option key={show} value={show}>
            {words}
          </option>
        ))}
      </Narrow>
      {CHOICES.map(([part, label, all]) => (
        <Narrow
          key={part}
          label={label}
          testId={`activity-${part}`}
          value={filter[part]}
          onChange={(value) => onChange({ ...filter, [part]: value })}
        >
          <Options all={all} of={choices[part]} />
        </Narrow>
      ))}
      <Narrow
        label="Profile"
        testId="activity-profile"
        value={filter.everywhere ? 'all' : 'one'}
        onChange={(value) => onChange({ ...filter, everywhere: value === 'all' })}
      >
        <option value="one">{props.profile ?? 'This profile'}</option>
        <option value="all">All profiles</option>
      </Narrow>
    </NarrowBar>
  );
}
