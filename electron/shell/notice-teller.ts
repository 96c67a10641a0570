import type { NoticeMemory } from '../contract/notice-steps.ts';
import { NO_NOTICES, nextNotices } from '../contract/notice-steps.ts';
import type { Notice } from '../contract/notices.ts';
import type { AppState } from '../contract/state.ts';
import type { Clock } from '../core/ports.ts';
import type { NativeNotice } from './notifier.ts';
import type { TrayAction } from './tray-menu.ts';

/** State moves many times a second; what a person is told of does not. */
const LOOK_AT_MOST_EVERY_MS = 500;

/** The page that a notice is about; a request for consent is in a window of its own. */
function whereTo(notice: Notice): TrayAction {
  if (notice.kind === 'consent') return { do: 'answer' };
  const { page, profile } = notice.action;
  return { do: 'show', page, profile };
}

/** A notice as the system shows it. Its buttons look and try again; none starts, sells or answers anything. */
export function nativeNotice(notice: Notice): NativeNotice {
  const click = whereTo(notice);
  const { profile } = notice.action;
  const retry =
    notice.kind === 'link' && notice.severity === 'attention' && profile !== null
      ? [{ label: 'Try again now', action: { do: 'retry', profile } as const }]
      : [];
  return {
    id: notice.key,
    title: notice.title,
    body: notice.text,
    urgent: notice.severity === 'danger' || notice.kind === 'consent',
    click,
    buttons: [...retry, { label: notice.action.label, action: click }],
  };
}

export interface TellerParts {
  state(): AppState;
  clock: Clock;
  show(notice: NativeNotice): void;
  remove(id: string): void;
  /** The dashboard is in front of the user: its own toasts tell. */
  isWatched(): boolean;
}

/** Tells by the system's notifications what the one model says is to be told, once while it lasts. */
export class NoticeTeller {
  readonly #parts: TellerParts;
  #memory: NoticeMemory = NO_NOTICES;
  #cancelLook: (() => void) | undefined;
  #cancelDue: (() => void) | undefined;
  #disposed = false;

  constructor(parts: TellerParts) {
    this.#parts = parts;
  }

  /** To be called after each change of state. */
  refresh(): void {
    if (this.#disposed) return;
    this.#cancelLook ??= this.#parts.clock.after(LOOK_AT_MOST_EVERY_MS, () => this.#look());
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancelLook?.();
    this.#cancelDue?.();
  }

  #look(): void {
    this.#cancelLook = undefined;
    if (this.#disposed) return;
    const { clock } = this.#parts;
    const state = this.#parts.state();
    const { memory, raised, cleared, dueAt } = nextNotices(this.#memory, state, clock.now());
    this.#memory = memory;
    for (const key of cleared) this.#parts.remove(key);
    const told = state.settings.notices.desktop && !this.#parts.isWatched();
    if (told) for (const notice of raised) this.#parts.show(nativeNotice(notice));
    this.#cancelDue?.();
    this.#cancelDue =
      dueAt === null ? undefined : clock.after(Math.max(0, dueAt - clock.now()), () => this.#look());
  }
}
