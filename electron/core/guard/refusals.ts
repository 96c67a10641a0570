import { AppError } from '../../contract/errors.ts';
import type { ToolClass, ToolStatus } from '../../contract/bridge.ts';
import type { ConsentVerdict } from './consent.ts';

const approveWith = (profile: string, tool: string): string =>
  `A person can look at its definition and approve it on the dashboard, or with: catalyst-companion tools approve ${profile} ${/^[\w.-]+$/.test(tool) ? tool : JSON.stringify(tool)}`;

/** Before the first contact nothing can be said of a tool, least of all that it is not there. */
export function notReadYet(profile: string): AppError {
  return new AppError(
    'TOOL_UNKNOWN',
    `The tools of ${profile} were not read yet: its MCP server has not answered so far.`,
    `It can be called again as soon as the link is live; what is in the way tells: catalyst-companion doctor ${profile}`,
  );
}

/**
 * Why policy refuses a tool, or undefined when it may go on. A stop of our own table goes through whatever the
 * catalogue says: approving takes a person, and stopping must not wait for one.
 */
export function policyRefusal(
  call: { profile: string; tool: string },
  entry: { status: ToolStatus; approvedAs: ToolClass | null } | undefined,
  tableClass: ToolClass,
): AppError | undefined {
  if (tableClass === 'stop') return undefined;
  const { profile, tool } = call;
  if (entry === undefined)
    return new AppError(
      'TOOL_UNKNOWN',
      `${profile} has no tool "${tool}" that this app knows.`,
      `See what there is with: catalyst-companion tools list ${profile}`,
    );
  switch (entry.status) {
    case 'listed':
      return undefined;
    case 'blocked':
      return new AppError(
        'TOOL_BLOCKED',
        `The tool "${tool}" is blocked on ${profile}.`,
        approveWith(profile, tool),
      );
    case 'new':
    case 'changed':
      return new AppError(
        'TOOL_NOT_APPROVED',
        entry.status === 'new'
          ? `The tool "${tool}" is not approved on ${profile} yet.`
          : `The definition of "${tool}" on ${profile} has changed since it was approved.`,
        approveWith(profile, tool),
      );
    default:
      return entry.status satisfies never;
  }
}

const NOT_SENT = 'Nothing was sent.';

/** The error for a call that a person did not allow. In every case nothing was sent. */
export function consentRefusal(verdict: Exclude<ConsentVerdict, 'allow'>, tool: string): AppError {
  switch (verdict) {
    case 'deny':
      return new AppError(
        'CONSENT_DENIED',
        `The user denied ${tool}. ${NOT_SENT}`,
        'Do not ask again unless the user wants it.',
      );
    case 'expired':
      return new AppError(
        'CONSENT_EXPIRED',
        `Nobody answered the request to run ${tool} within 45 s, so it was denied. ${NOT_SENT}`,
        'Tell the user that it needs to be allowed on the Catalyst Companion dashboard, and ask again when they are there.',
      );
    case 'withdrawn':
      return new AppError(
        'CONSENT_WITHDRAWN',
        `The request to run ${tool} was cancelled. ${NOT_SENT}`,
        'Nothing needs to be done.',
      );
    case 'no-screen':
      return new AppError(
        'CONSENT_NO_SCREEN',
        `${tool} needs a person's consent, and nobody can be asked now: the screen is locked, or no dashboard is open. ${NOT_SENT}`,
        'Ask the user to unlock the screen, or to open the dashboard from the tray icon or with: catalyst-companion serve; then ask again.',
      );
    case 'busy':
      return new AppError(
        'RATE_LIMITED',
        `Too many requests already wait for consent, so ${tool} was refused. ${NOT_SENT}`,
        'Let the user answer the waiting requests on the dashboard first.',
      );
    default:
      return verdict satisfies never;
  }
}

export const unknownProfile = (profile: string): AppError =>
  new AppError(
    'PROFILE_UNKNOWN',
    `There is no profile "${profile}".`,
    'See what there is with: catalyst-companion profile list',
  );

export const notARead = (tool: string): AppError =>
  new AppError(
    'INPUT_INVALID',
    `${tool} is no read, so it is not asked again.`,
    'Call it from the page Tools.',
  );

export const overtakenByStop = (tool: string): AppError =>
  new AppError(
    'CONSENT_WITHDRAWN',
    `${tool} was allowed, but trading was stopped before it was sent. ${NOT_SENT}`,
    'Do not ask again unless the user wants to start after that stop.',
  );

export const notRecorded = (tool: string, cause: unknown): AppError =>
  new AppError(
    'AUDIT_WRITE_FAILED',
    `${tool} was refused because it cannot be recorded in the audit trail. ${NOT_SENT}`,
    'Free disk space or fix the permissions of the audit folder; reading and stopping go on meanwhile.',
    { cause },
  );
