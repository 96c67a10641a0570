import type { MessageBoxOptions } from 'electron';
import type { ClientPlan, CloseReport, StopReport } from '../contract/bridge.ts';
import { asAppError } from '../contract/errors.ts';
import { presentEnvironment } from '../contract/present.ts';
import type { Environment } from '../contract/profile.ts';
import type { App } from '../core/app-interface.ts';
import { ABOUT_BUTTONS } from './about.ts';
import type { OwnAction, ProfileAction, TrayAction } from './tray-menu.ts';
import { isOnProfile } from './tray-menu.ts';

/** What a tray action needs of the desktop. */
export interface ActionParts {
  app: Pick<App, 'act' | 'log' | 'state'>;
  /** In front; on the page with this name where one is given. */
  openDashboard(page?: string, profile?: string | null): void;
  /** The window with the request that waits, or the dashboard where there is none. */
  openRequest(): void;
  now(): number;
  about(): MessageBoxOptions;
  /** Opens a folder or file of ours with the system's program; resolves with what went wrong, else empty. */
  openLogs(): Promise<string>;
  openLicences(): Promise<string>;
  /** Why the update cannot be installed now, undefined when it is on its way. */
  installUpdate(): string | undefined;
  quit(): void;
  /** dialog.showMessageBox; resolves with the button, and whether the box was ticked where there is one. */
  tell(options: MessageBoxOptions): Promise<number>;
  ask(options: MessageBoxOptions): Promise<{ response: number; checkboxChecked: boolean }>;
}

const STOPPED: Readonly<Record<StopReport['result'], string>> = {
  confirmed: 'New trades are stopped; the state was read again and says so.',
  'sent-not-confirmed': 'The stop was sent, but it is not confirmed. Check before you rely on it.',
  'not-delivered': 'The stop was NOT delivered.',
};

/** What is shown after an emergency stop: what is known, and always the command to run by hand. */
export function stopDialog(report: StopReport): MessageBoxOptions {
  const parts = report.parts.map((part) => `${part.name}: ${part.sent ? part.answer : 'not sent'}`);
  return {
    type: report.result === 'confirmed' ? 'info' : 'error',
    title: 'Emergency stop',
    message: `${report.profile}: ${STOPPED[report.result]}`,
    detail: [...parts, report.stateRead, `By hand: ${report.manual}`].filter(Boolean).join('\n'),
    buttons: ['OK'],
    noLink: true,
  };
}

/** The question before every position is sold: a tick and a button, so that no single click or key sells anything. */
export function closeAllQuestion(profile: string, environment: Environment): MessageBoxOptions {
  return {
    type: 'warning',
    title: 'Close everything',
    message: `Sell every open position on ${profile} [${presentEnvironment(environment)}] now?`,
    detail:
      'This is not the emergency stop: that one stops new trades and leaves positions open. The order is sent once and recorded; then the positions are read again.',
    checkboxLabel: `Yes, sell everything on ${profile}`,
    checkboxChecked: false,
    buttons: ['Cancel', 'Close everything'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
}

const CLOSED: Readonly<Record<CloseReport['result'], string>> = {
  closed: 'The positions were read again, and there are none.',
  'still-open': 'Sent, but positions are still open. Look at them before you send it again.',
  unknown: 'Sent, but the positions could not be read afterwards. Check them at your broker.',
  'not-sent': 'It was NOT sent; nothing was closed.',
};

/** What is shown after closing everything: what was read from the positions. */
export function closeAllDialog(report: CloseReport): MessageBoxOptions {
  return {
    type: report.result === 'closed' ? 'info' : 'error',
    title: 'Close everything',
    message: `${report.profile}: ${CLOSED[report.result]}`,
    detail: `${report.stateRead}\n${report.tool} answered: ${report.answer}`,
    buttons: ['OK'],
    noLink: true,
  };
}

async function closeEverything(parts: ActionParts, profile: string): Promise<void> {
  const { app } = parts;
  const environment = app.state().profiles[profile]?.profile.environment ?? 'live';
  const { response, checkboxChecked } = await parts.ask(closeAllQuestion(profile, environment));
  if (response !== 1) return;
  if (!checkboxChecked) {
    await parts.tell({ type: 'info', message: 'Nothing was sent: the box was not ticked.', buttons: ['OK'] });
    return;
  }
  await parts.tell(closeAllDialog(await app.act.closeAll(profile, profile)));
}

/** The question before Claude Desktop's file is changed: which file, and exactly what Claude will start. */
export function setUpDialog(plan: ClientPlan, profile: string): MessageBoxOptions {
  const files = plan.files.map((file) => `${file.exists ? 'Changes' : 'Creates'} ${file.path}`);
  const starts = plan.commandLine === null ? [] : ['Claude will start:', plan.commandLine];
  return {
    type: 'question',
    title: 'Set up Claude Desktop',
    message: `Add ${profile} to Claude Desktop?`,
    detail: [...files, ...starts, ...plan.warnings].join('\n\n'),
    buttons: ['Cancel', 'Add'],
    defaultId: 1,
    cancelId: 0,
    noLink: true,
  };
}

async function setUpClaude(parts: ActionParts, profile: string): Promise<void> {
  const plan = await parts.app.act.previewClaudeDesktop(profile);
  if (plan.files.every((file) => file.diff === '')) {
    await parts.tell({ type: 'info', message: `Claude Desktop has ${profile} already.`, buttons: ['OK'] });
    return;
  }
  if ((await parts.tell(setUpDialog(plan, profile))) !== 1) return;
  await parts.app.act.installClaudeDesktop(profile, plan.token);
  await parts.tell({
    type: 'info',
    message: `Claude Desktop has ${profile} now.`,
    detail: 'It reads its list of servers when it starts: quit it from its own tray icon once, then open it.',
    buttons: ['OK'],
  });
}

/** Opens what the system shows; a system without a program for it gives its reason. */
async function openOutside(parts: ActionParts, what: string, open: () => Promise<string>): Promise<void> {
  const problem = await open();
  if (problem !== '')
    await parts.tell({
      type: 'error',
      message: `${what} could not be opened.`,
      detail: problem,
      buttons: ['OK'],
    });
}

/** Notifications are held back for so long, but for those of security and the requests for consent. */
export const PAUSE_MS = 60 * 60_000;

async function pauseNotices(parts: ActionParts, on: boolean): Promise<void> {
  const { notices } = parts.app.state().settings;
  const pausedUntil = on ? parts.now() + PAUSE_MS : null;
  await parts.app.act.changeSettings({ notices: { ...notices, pausedUntil } });
}

async function about(parts: ActionParts): Promise<void> {
  const button = ABOUT_BUTTONS[await parts.tell(parts.about())];
  if (button === 'Licences') await openOutside(parts, 'The licences', () => parts.openLicences());
  if (button === 'Open the log folder') await openOutside(parts, 'The log folder', () => parts.openLogs());
}

async function update(parts: ActionParts): Promise<void> {
  const wait = parts.installUpdate();
  if (wait !== undefined)
    await parts.tell({ type: 'info', message: 'Not now.', detail: wait, buttons: ['OK'] });
}

/** What the app does for itself. */
async function actOnApp(action: OwnAction, parts: ActionParts): Promise<void> {
  switch (action.do) {
    case 'open':
      return parts.openDashboard();
    case 'show':
      return parts.openDashboard(action.page, action.profile);
    case 'settings':
      return parts.openDashboard('settings');
    case 'answer':
      return parts.openRequest();
    case 'pause-notices':
      return await pauseNotices(parts, action.on);
    case 'start-at-login':
      await parts.app.act.changeSettings({ startAtLogin: action.on });
      return;
    case 'open-logs':
      return await openOutside(parts, 'The log folder', () => parts.openLogs());
    case 'about':
      return await about(parts);
    case 'update':
      return await update(parts);
    case 'quit':
      return parts.quit();
    default:
      return action satisfies never;
  }
}

async function actOnProfile(action: ProfileAction, parts: ActionParts): Promise<void> {
  const { act } = parts.app;
  switch (action.do) {
    case 'connect':
      await act.connect(action.profile);
      return;
    case 'disconnect':
      await act.disconnect(action.profile);
      return;
    case 'retry':
      await act.retry(action.profile);
      return;
    case 'stop':
      await parts.tell(stopDialog(await act.stopTrading(action.profile)));
      return;
    case 'close-all':
      return await closeEverything(parts, action.profile);
    case 'set-up-claude':
      return await setUpClaude(parts, action.profile);
    default:
      return action.do satisfies never;
  }
}

/** Carries out a click in the tray. What fails is told, never lost; never rejects. */
export async function performTrayAction(action: TrayAction, parts: ActionParts): Promise<void> {
  try {
    await (isOnProfile(action) ? actOnProfile(action, parts) : actOnApp(action, parts));
  } catch (thrown) {
    const error = asAppError(thrown);
    parts.app.log.warn('a tray action failed', { action: action.do, code: error.code });
    await parts
      .tell({
        type: 'error',
        message: error.message,
        detail: `${error.next}\n\n${error.code}`,
        buttons: ['OK'],
      })
      .catch(() => undefined);
  }
}
