import type { Notification, NotificationConstructorOptions } from 'electron';
import type { Log } from '../core/ports.ts';
import type { TrayAction } from './tray-menu.ts';

/** What the system is to show. */
export interface NativeNotice {
  /** One that is told again takes the place of the earlier one instead of piling up. */
  id: string;
  title: string;
  body: string;
  /** Loud: a question that expires, a stop that did not arrive. */
  urgent: boolean;
  /** What a click on it does. */
  click: TrayAction;
  /** Buttons, where the system has them (macOS when signed, Windows); none of them may start or sell anything. */
  buttons: readonly { label: string; action: TrayAction }[];
}

export interface NotifierParts {
  supported(): boolean;
  make(options: NotificationConstructorOptions): Notification;
  icon: string;
  log: Log;
  perform(action: TrayAction): void;
}

const KEPT = 20;

/** The system's notification of a notice; pure, so that every case is a test. */
export function nativeOptions(notice: NativeNotice, icon: string): NotificationConstructorOptions {
  return {
    id: notice.id,
    title: notice.title,
    body: notice.body,
    silent: !notice.urgent,
    urgency: notice.urgent ? 'critical' : 'normal',
    // stays until it is looked at; urgency alone does not keep it on Windows
    timeoutType: notice.urgent ? 'never' : 'default',
    icon,
    actions: notice.buttons.map(({ label }) => ({ type: 'button', text: label })),
  };
}

/** Shows notices as the system's notifications. */
export class Notifier {
  readonly #parts: NotifierParts;
  /** A notification that nothing refers to is collected, and its click with it. */
  readonly #shown = new Map<string, Notification>();

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  show(notice: NativeNotice): void {
    const parts = this.#parts;
    if (!parts.supported()) return;
    this.remove(notice.id);
    const one = parts.make(nativeOptions(notice, parts.icon));
    const forget = () => {
      if (this.#shown.get(notice.id) === one) this.#shown.delete(notice.id);
    };
    one.on('click', () => {
      forget();
      parts.perform(notice.click);
    });
    one.on('action', ({ actionIndex }) => {
      forget();
      const button = notice.buttons[actionIndex];
      if (button) parts.perform(button.action);
    });
    one.on('close', forget);
    one.on('failed', (_event, error) => {
      forget();
      parts.log.warn('a notification could not be shown', { error });
    });
    this.#shown.set(notice.id, one);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > KEPT && oldest !== undefined) this.#shown.delete(oldest);
    one.show();
  }

  dispose(): void {
    for (const id of this.#shown.keys()) this.remove(id);
  }

  /** What it told of is over. */
  remove(id: string): void {
    const earlier = this.#shown.get(id);
    this.#shown.delete(id);
    earlier?.close();
  }
}

/** Said once, when the window is closed for the first time. */
export const IN_THE_TRAY: NativeNotice = {
  id: 'in-the-tray',
  title: 'Catalyst Companion keeps running',
  body: 'It keeps the link alive from the tray. Quit from the menu of its icon there.',
  urgent: false,
  click: { do: 'open' },
  buttons: [],
};
