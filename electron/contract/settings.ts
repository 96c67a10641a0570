import { z } from 'zod';
import { Millis } from './link.ts';
import { NOTICE_KINDS } from './notices.ts';

/** See `NOTICE_KINDS`; `security` cannot be switched off. */
const NoticeKind = z.enum(NOTICE_KINDS);

export const NoticeSettings = z.strictObject({
  /** Kinds that are not told by toast or notification; the pages show them all the same. */
  off: z.array(NoticeKind.exclude(['security'])).default([]),
  /** Until then nothing but `security` and `consent` is told, ms since the epoch; null: not paused. */
  pausedUntil: Millis.nullable().default(null),
  /** Notifications of the desktop beside the toasts of the page. */
  desktop: z.boolean().default(true),
});
export type NoticeSettings = z.infer<typeof NoticeSettings>;

/** The user's preferences: kept by core in `settings.json`, followed by every window and the tray. No secrets. */
export const Preferences = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** The colours of gain and loss. */
  money: z.enum(['green-red', 'blue-orange']).default('green-red'),
  /** How amounts are written, by an example. */
  numbers: z.enum(['1,234.56', '1.234,56', '1 234,56', '1’234.56']).default('1,234.56'),
  /** `$12.50` or `USD 12.50`. */
  currency: z.enum(['symbol', 'code']).default('symbol'),
  notices: NoticeSettings.prefault({}),
  /** The desktop app starts with the session, without its window. */
  startAtLogin: z.boolean().default(false),
  /** What `logs/app.log` holds. */
  logLevel: z.enum(['info', 'debug']).default('info'),
});
export type Preferences = z.infer<typeof Preferences>;

/** The defaults above, written out: the page has no schemas to make them with. */
export const DEFAULT_PREFERENCES: Preferences = {
  theme: 'system',
  money: 'green-red',
  numbers: '1,234.56',
  currency: 'symbol',
  notices: { off: [], pausedUntil: null, desktop: true },
  startAtLogin: false,
  logLevel: 'info',
};

/** A change of some of them; the others stay. `notices` is given whole. */
export const PreferencesChange = z.strictObject({
  theme: Preferences.shape.theme.unwrap().optional(),
  money: Preferences.shape.money.unwrap().optional(),
  numbers: Preferences.shape.numbers.unwrap().optional(),
  currency: Preferences.shape.currency.unwrap().optional(),
  notices: NoticeSettings.optional(),
  startAtLogin: z.boolean().optional(),
  logLevel: Preferences.shape.logLevel.unwrap().optional(),
});
export type PreferencesChange = z.infer<typeof PreferencesChange>;
