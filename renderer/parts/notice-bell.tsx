import { Bell, BellRing } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Notice } from '../../electron/contract/notices.ts';
import { securityCount, standingNotices } from '../../electron/contract/notices.ts';
import type { Tone } from '../../electron/contract/present.ts';
import type { Toast } from '../api/ui-store.ts';
import { useApp, useFromNow, useMirror, useNow, useUi } from '../api/app-context.tsx';
import { Button, IconButton } from './button.tsx';
import { Overlay } from './overlay.tsx';
import { PlainText } from './plain-text.tsx';
import { StateMark, TONE_SOFT, TONE_TEXT } from './state-mark.tsx';
import { clockText } from './time-text.ts';

const TONES: Record<Notice['severity'], Tone> = { info: 'off', attention: 'attention', danger: 'danger' };
/** More than this does not fit the badge. */
const COUNTED = 99;

/** What went wrong on this page: listed until it is dismissed, since its message leaves the screen. */
const isProblem = ({ tone }: Toast): boolean => tone === 'problem';

/** What the bell says in words, for those who do not see its colour. */
function bellLabel(count: number, security: number, lost: boolean): string {
  if (lost) return 'Notices: not known, the app is not answering';
  if (count === 0) return 'Notices: none';
  return `Notices: ${count}${security === 0 ? '' : `, ${security} of security`}`;
}

/** How many things wait for a person; coloured while one of them is a matter of security. */
export function NoticeBell() {
  const { ui } = useApp();
  const app = useMirror((s) => s.app);
  const lost = useMirror((s) => s.app === null || s.connection !== 'open');
  const standing = useFromNow((now) => (app === null ? 0 : standingNotices(app, now).length));
  const kept = useUi((s) => s.notices.filter(isProblem).length);
  const security = useFromNow((now) => (app === null ? 0 : securityCount(app, now)));
  const worst = useFromNow<Notice['severity']>(
    (now) =>
      (app === null ? undefined : standingNotices(app, now).find(({ kind }) => kind === 'security'))
        ?.severity ?? 'info',
  );
  const count = standing + kept;
  const tone = lost ? 'unknown' : security > 0 ? TONES[worst] : 'off';
  const Icon = security > 0 && !lost ? BellRing : Bell;
  return (
    <IconButton
      label={bellLabel(count, security, lost)}
      className={`relative ${tone === 'off' ? '' : TONE_TEXT[tone]}`}
      data-testid="bell"
      onClick={() => ui.store.setState({ noticesOpen: true })}
    >
      <Icon size={15} aria-hidden />
      {lost || count > 0 ? (
        <span
          aria-hidden
          className={`absolute -top-0.5 left-3.5 min-w-4 rounded-full border border-line-strong px-1 text-center text-xs leading-3.5 font-semibold ${tone === 'off' ? 'bg-raised text-text' : `${TONE_SOFT[tone]} ${TONE_TEXT[tone]}`}`}
        >
          {lost ? '?' : count > COUNTED ? `${COUNTED}+` : count}
        </span>
      ) : null}
    </IconButton>
  );
}

/** Longer texts are cut: what they are about is one press away. */
const MAX_TEXT = 600;

/** One line of the list, with the button that goes on from it. */
function Item(props: {
  tone: Tone;
  title: string;
  text: string;
  security?: boolean;
  testId: string;
  children: ReactNode;
}) {
  return (
    <li
      className="flex items-start gap-3 border-line px-5 py-2.5 not-first:border-t"
      data-testid={props.testId}
    >
      <span className="flex h-5 items-center">
        <StateMark tone={props.tone} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">
          <PlainText text={props.title} />
        </p>
        <p className="text-sm break-words text-quiet">
          {props.security === true ? <span className="font-medium text-text">Security. </span> : null}
          <PlainText text={props.text.slice(0, MAX_TEXT)} />
        </p>
      </div>
      {props.children}
    </li>
  );
}

function Row({ notice, close }: { notice: Notice; close: () => void }) {
  const { ui } = useApp();
  const { title, text, kind, severity } = notice;
  const { page, profile, label } = notice.action;
  return (
    <Item tone={TONES[severity]} title={title} text={text} security={kind === 'security'} testId="standing">
      <Button
        small
        onClick={() => {
          close();
          ui.go({ page, ...(profile === null ? {} : { profile }) });
        }}
      >
        {label}
      </Button>
    </Item>
  );
}

function Message({ toast }: { toast: Toast }) {
  const { ui } = useApp();
  return (
    <Item tone="danger" title={toast.text} text={toast.next} testId="message">
      <Button small onClick={() => ui.dismiss(toast.id)}>
        Dismiss
      </Button>
    </Item>
  );
}

/** What was tried in this window and did not work. */
function Messages({ toasts }: { toasts: readonly Toast[] }) {
  return (
    <section aria-labelledby="messages-title" className="shrink-0 border-t border-line pt-2 first:border-t-0">
      <h3 id="messages-title" className="px-5 text-sm text-quiet">
        Did not work in this window
      </h3>
      <ul>
        {toasts.toReversed().map((toast) => (
          <Message key={toast.id} toast={toast} />
        ))}
      </ul>
    </section>
  );
}

function Standing({ close }: { close: () => void }) {
  const app = useMirror((s) => s.app);
  const lost = useMirror((s) => s.connection !== 'open');
  const heardAt = useMirror((s) => s.heardAt);
  const now = useNow();
  const standing = app === null ? [] : standingNotices(app, now);
  const known = app !== null && !lost;
  const notices = useUi((s) => s.notices);
  const problems = notices.filter(isProblem);
  return (
    <div className="flex min-h-0 flex-col overflow-y-auto pt-2 pb-3">
      {known ? null : (
        <p className="px-5 py-1 text-attention">
          {app === null || heardAt === null
            ? 'The app is not answering; what waits is not known.'
            : `The app is not answering; this was so at ${clockText(heardAt)}.`}
        </p>
      )}
      {standing.length > 0 ? (
        <ul className="shrink-0" aria-label="What waits for you">
          {standing.map((notice) => (
            <Row key={notice.key} notice={notice} close={close} />
          ))}
        </ul>
      ) : known ? (
        <p className="px-5 py-2 text-quiet">Nothing waits for you.</p>
      ) : null}
      {problems.length === 0 ? null : <Messages toasts={problems} />}
    </div>
  );
}

/** All that holds now and that a person should know of, the worst first, each with the way to its page. */
export function NoticeList() {
  const { ui } = useApp();
  const open = useUi((s) => s.noticesOpen);
  const close = () => ui.store.setState({ noticesOpen: false });
  return (
    <Overlay open={open} onClose={close} title="Notices" width="max-w-xl" contained crossed testId="notices">
      {open ? <Standing close={close} /> : null}
    </Overlay>
  );
}
