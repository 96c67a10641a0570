import type { MessageBoxOptions } from 'electron';
import type { ClientPlan, StopReport } from '../contract/bridge.ts';
import { asAppError } from '../contract/errors.ts';
import type { App } from '../core/app-interface.ts';
import type { TrayAction } from './tray-menu.ts';

/** What a tray action needs of the desktop. */
export interface ActionParts {
  app: Pick<App, 'act' | 'log'>;
  openDashboard(): void;
  quit(): void;
  /** dialog.showMessageBox; resolves with the button. */
  tell(options: MessageBoxOptions): Promise<number>;
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

async function act(action: TrayAction, parts: ActionParts): Promise<void> {
  switch (action.do) {
    case 'open':
      return parts.openDashboard();
    case 'quit':
      return parts.quit();
    case 'connect':
      await parts.app.act.connect(action.profile);
      return;
    case 'disconnect':
      await parts.app.act.disconnect(action.profile);
      return;
    case 'retry':
      await parts.app.act.retry(action.profile);
      return;
    case 'stop':
      await parts.tell(stopDialog(await parts.app.act.stopTrading(action.profile)));
      return;
    case 'set-up-claude':
      return setUpClaude(parts, action.profile);
    default:
      return action satisfies never;
  }
}

/** Carries out a click in the tray. What fails is told, never lost; never rejects. */
export async function performTrayAction(action: TrayAction, parts: ActionParts): Promise<void> {
  try {
    await act(action, parts);
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
