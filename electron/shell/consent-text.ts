import type { MessageBoxOptions } from 'electron';
import type { ConsentRequest } from '../contract/bridge.ts';
import { age, presentEnvironment } from '../contract/present.ts';

export const DENY = 0;
export const ALLOW = 1;
/** An Allow that comes sooner after the dialog appeared is a click meant for something else. */
const ARM_MS = 700;
/** A dialog longer than a screen would push its buttons out of it. */
const MAX_VALUE = 300;
const MAX_ROWS = 12;

/** Characters that hide or turn text around, shown as escapes so that what is read is what is there. */
function visible(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

function cut(text: string): string {
  const shown = visible(text);
  return shown.length <= MAX_VALUE ? shown : `${shown.slice(0, MAX_VALUE)}… (${shown.length} characters)`;
}

/** Whether a native dialog can show the request whole; what it cannot is answered in the window. */
function fitsDialog(request: ConsentRequest): boolean {
  return (
    request.rows.length <= MAX_ROWS && request.rows.every((row) => visible(row.value).length <= MAX_VALUE)
  );
}

/** The native dialog of a request: Deny is the default button, the Escape key and the closed window. */
export function consentDialog(request: ConsentRequest, now: number): MessageBoxOptions {
  const known = request.known.map(
    (fact) =>
      `${fact.label}: ${visible(fact.text)}${fact.receivedAt === null ? '' : ` (${age(now - fact.receivedAt)} ago)`}`,
  );
  const rows = request.rows.map((row) => `    ${visible(row.name)} = ${cut(row.value)}`);
  const parts = [
    `Asked by: ${visible(request.client)}`,
    rows.length === 0 ? 'Without arguments.' : ['With:', ...rows].join('\n'),
    ...(known.length > 0 ? [['Known now:', ...known.map((one) => `    ${one}`)].join('\n')] : []),
    ...(request.unresolved === null ? [] : [`Before you allow: ${visible(request.unresolved)}`]),
    `Without an answer it is denied in ${age(request.expiresAt - now)}.`,
  ];
  return {
    type: 'warning',
    title: 'Catalyst Companion',
    message: `Allow ${visible(request.tool)} on ${request.profile} [${presentEnvironment(request.environment)}]?`,
    detail: parts.join('\n\n'),
    buttons: ['Deny', 'Allow'],
    defaultId: DENY,
    cancelId: DENY,
    noLink: true,
  };
}

/** Where a request is asked. A dialog without parent window would stop the whole app on macOS, bridge included. */
export function askWhere(
  request: ConsentRequest,
  window: { visible: boolean },
  platform: string,
): 'window' | 'dialog' {
  return window.visible || platform === 'darwin' || !fitsDialog(request) ? 'window' : 'dialog';
}

/** What a closed dialog means: an Allow before it could have been read is asked again. */
export function dialogDecision(button: number, shownForMs: number): 'allow' | 'deny' | 'ask-again' {
  if (button !== ALLOW) return 'deny';
  return shownForMs < ARM_MS ? 'ask-again' : 'allow';
}
