import { RotateCw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ActivityBodies, KeptText } from '../../../electron/contract/activity.ts';
import type { ActivityEntry } from '../../../electron/contract/bridge.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import { useCall } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Fact } from '../../parts/fact-list.tsx';
import { HiddenNote } from '../../parts/hidden-note.tsx';
import { OutcomeWord } from '../../parts/outcome.tsx';
import { Note, Problem } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { Duration } from '../../parts/quantity.tsx';
import { useWritten } from '../../parts/written.ts';
import { KeptBody } from './kept-body.tsx';
import { methodText } from './request-list.tsx';
import { Waterfall } from './waterfall.tsx';

const moment = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
});

const TRANSPORT = {
  stdio: 'over stdio',
  http: 'over HTTP',
  cli: 'from the command line',
  page: 'from this page',
} as const;

function Facts({ entry }: { entry: ActivityEntry }) {
  const { client, detail } = entry;
  const way = client === undefined ? '' : ` ${TRANSPORT[client.transport]}`;
  const pid = client?.pid ? `, process ${client.pid}` : '';
  return (
    <dl className="grid grid-cols-[72px_1fr] gap-x-3 gap-y-1.5">
      <Fact label="Outcome">
        <OutcomeWord outcome={entry.outcome} />
        <span className="text-quiet">
          {' after '}
          <Duration ms={entry.durationMs} />
        </span>
      </Fact>
      <Fact label="Time">{moment.format(entry.at)}</Fact>
      <Fact label="Who">
        <PlainText text={entry.actor} />
        <span className="text-quiet">
          {way}
          {pid}
        </span>
      </Fact>
      {entry.profile === '' ? null : <Fact label="Profile">{entry.profile}</Fact>}
      <Fact label="Method">{methodText(entry)}</Fact>
      {detail === '' ? null : (
        <Fact label="Detail">
          <PlainText text={detail} />
        </Fact>
      )}
    </dl>
  );
}

function Body({ title, kept, missing }: { title: string; kept: KeptText | null; missing: string }) {
  const written = useWritten();
  const size = kept === null ? '' : `${written.count(kept.bytes)} bytes`;
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-sm text-quiet">
          {title}
          {kept === null ? '' : `, ${size}`}
          {kept?.cut === true ? ', its beginning' : ''}
        </h3>
        {kept === null ? null : <CopyButton text={() => kept.text} label="Copy" />}
      </div>
      {kept === null ? null : <HiddenNote text={kept.text} />}
      {kept === null ? <p className="text-quiet">{missing}</p> : <KeptBody text={kept.text} label={title} />}
    </section>
  );
}

/** Fetches what is kept of one entry, again when it ended. */
function useBodies({ id, outcome }: ActivityEntry) {
  const call = useCall();
  const now = useRef(call);
  const [state, setState] = useState<{ bodies: ActivityBodies | null; failed: ErrorShape | null }>({
    bodies: null,
    failed: null,
  });
  useEffect(() => {
    now.current = call;
  });
  useEffect(() => {
    let isCurrent = true;
    void now
      .current((client) => client.activity.body({ id }))
      .then((result) => {
        if (!isCurrent) return;
        setState(result.ok ? { bodies: result.value, failed: null } : { bodies: null, failed: result.error });
      });
    return () => void (isCurrent = false);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what ended has an answer now
  }, [id, outcome]);
  return state;
}

function Replay({ entry, why }: { entry: ActivityEntry; why: string | null }) {
  const call = useCall();
  const [state, setState] = useState<{ busy: boolean; answer: string | null; failed: ErrorShape | null }>({
    busy: false,
    answer: null,
    failed: null,
  });
  const ask = async () => {
    setState({ busy: true, answer: null, failed: null });
    const result = await call((client) => client.activity.replay({ id: entry.id }));
    setState(
      result.ok
        ? { busy: false, answer: JSON.stringify(result.value.response, null, 2), failed: null }
        : { busy: false, answer: null, failed: result.error },
    );
  };
  return (
    <section aria-label="Ask again" className="flex flex-col gap-2">
      <div className="flex items-center gap-3">
        <Button
          small
          icon={<RotateCw size={13} aria-hidden />}
          data-testid="activity-replay"
          disabled={why !== null || state.busy}
          onClick={() => void ask()}
        >
          {state.busy ? 'Asking…' : 'Ask again'}
        </Button>
        <span className="min-w-0 text-sm text-quiet">{why ?? 'Sends this read once more, as you.'}</span>
      </div>
      {state.failed === null ? null : <Problem error={state.failed} />}
      {state.answer === null ? null : <KeptBody text={state.answer} label="Answer" />}
    </section>
  );
}

/** One request in full beside the list: who, where its time went, what was sent and what came back. */
export function RequestDrawer({ entry, onClose }: { entry: ActivityEntry; onClose: () => void }) {
  const { bodies, failed } = useBodies(entry);
  return (
    <Drawer
      label="Request"
      title={<PlainText text={entry.title} />}
      className="w-[420px] max-w-full gap-4 max-2xl:absolute max-2xl:top-9 max-2xl:right-0 max-2xl:bottom-0 max-2xl:z-20 max-2xl:shadow-overlay"
      testId="activity-drawer"
      onClose={onClose}
    >
      {entry.outcome === 'unknown' ? (
        <Note tone="unknown" title="It was sent, and how it ended is not known.">
          Look at the state of the back end before anything is started again.
        </Note>
      ) : null}
      <Facts entry={entry} />
      {entry.times === undefined ? null : <Waterfall times={entry.times} />}
      {failed === null ? null : <Problem error={failed} />}
      {bodies === null || entry.method === undefined ? null : (
        <>
          <Replay key={entry.id} entry={entry} why={bodies.noReplay} />
          <Body title="Asked" kept={bodies.request} missing="Nothing is kept of it." />
          <Body
            title="Answered"
            kept={bodies.answer}
            missing={
              entry.outcome === 'pending' ? 'It has not ended yet.' : 'Nothing came from the back end.'
            }
          />
        </>
      )}
    </Drawer>
  );
}
