import { useEffect, useRef, useState } from 'react';
import type { LimitTexts } from '../../../electron/contract/limits-text.ts';
import { LIMIT_NAMES, limitTexts, readLimit } from '../../../electron/contract/limits-text.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { Limits, Profile } from '../../../electron/contract/profile.ts';
import { useApp, useCall } from '../../api/app-context.tsx';
import { useAsked } from '../../api/asked.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Panel, Problem } from '../../parts/panel.tsx';

const NO_LIMITS: Limits = {};

function Shown({ limits }: { limits: Limits }) {
  const texts = limitTexts(limits);
  const set = LIMIT_NAMES.filter(({ key }) => texts[key] !== '');
  if (set.length === 0)
    return (
      <p className="py-1 text-quiet">None. Every start is asked about, whatever its size, symbol and hour.</p>
    );
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1" data-testid="limits">
      {set.map(({ key, label }) => (
        <div key={key} className="contents">
          <dt className="text-quiet">{label}</dt>
          <dd className="truncate tabular-nums" title={texts[key]}>
            {texts[key]}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** All fields as limits, or the first field that is none. */
function readAll(texts: LimitTexts): { limits: Limits } | { wrong: keyof Limits } {
  let limits: Limits = {};
  for (const { key } of LIMIT_NAMES) {
    const read = readLimit(key, texts[key]);
    if (!read) return { wrong: key };
    limits = { ...limits, ...read };
  }
  return { limits };
}

function Editor({ profile, done }: { profile: Profile; done: () => void }) {
  const call = useCall();
  const { ui } = useApp();
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // newer browsers answer with a promise, which is nothing to clean up with
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const [texts, setTexts] = useState(() => limitTexts(profile.limits ?? NO_LIMITS));
  const [wrong, setWrong] = useState<keyof Limits | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const [confirm, setConfirm] = useState('');
  const isLooser = error?.code === 'CONFIRMATION_NEEDED';
  const save = async () => {
    const read = readAll(texts);
    setWrong('wrong' in read ? read.wrong : null);
    if ('wrong' in read) return;
    const typed = confirm === '' ? {} : { confirm };
    const outcome = await call((c) => c.profiles.setLimits({ profile: profile.name, ...read, ...typed }));
    if (!outcome.ok) return setError(outcome.error);
    ui.notify('done', 'Limits saved.');
    done();
  };
  return (
    <form
      ref={box}
      data-testid="limits-form"
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="grid grid-cols-[repeat(auto-fill,minmax(210px,1fr))] gap-x-4 gap-y-2">
        {LIMIT_NAMES.map(({ key, label, hint, example }) => (
          // hours with their zone are longer than anything else here
          <div key={key} className={key === 'hours' ? 'col-span-2' : ''}>
            <Field
              label={label}
              hint={hint}
              placeholder={`such as ${example}`}
              error={wrong === key ? `Write it such as ${example}` : undefined}
              value={texts[key]}
              onChange={(event) => setTexts({ ...texts, [key]: event.target.value })}
            />
          </div>
        ))}
      </div>
      {error ? <Problem error={error} tone={isLooser ? 'attention' : 'danger'} /> : null}
      <div className="flex items-end gap-3">
        {isLooser ? (
          <div className="w-64">
            <Field
              label={`Type ${profile.name} to make limits looser`}
              value={confirm}
              onChange={(event) => setConfirm(event.target.value)}
            />
          </div>
        ) : null}
        <span className="flex-1" />
        <Button onClick={done}>Cancel</Button>
        <Button type="submit" look="primary" disabled={isLooser && confirm !== profile.name}>
          Save limits
        </Button>
      </div>
    </form>
  );
}

/** What start-like calls may do at most. Tighter at once; looser only with the profile's name typed. */
export function LimitsPanel({ profile }: { profile: Profile }) {
  const [editing, setEditing] = useState(false);
  useAsked('limits', () => setEditing(true));
  return (
    <Panel
      title="Limits on starts"
      aside={
        editing ? null : (
          <Button small onClick={() => setEditing(true)}>
            {profile.limits ? 'Change' : 'Set limits'}
          </Button>
        )
      }
    >
      {editing ? (
        <Editor profile={profile} done={() => setEditing(false)} />
      ) : (
        <Shown limits={profile.limits ?? NO_LIMITS} />
      )}
      <p className="pt-1 text-sm text-quiet">
        A call outside them is refused before you are asked; stopping and closing never is. They bind what a
        call says: a cycle that was started chooses on the droplet, so set limits there too.
      </p>
    </Panel>
  );
}
