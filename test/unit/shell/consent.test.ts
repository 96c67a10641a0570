import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/core/clock.ts';
import { ConsentAsker } from '../../../electron/shell/consent.ts';
import {
  ALLOW,
  askWhere,
  consentDialog,
  DENY,
  dialogDecision,
} from '../../../electron/shell/consent-text.ts';
import { appState, fakeApp } from '../../helpers/fake-app.ts';
import { consentRequest } from './consent-request.ts';

describe('the dialog of a request', () => {
  it('says what, where, who and with what, and denies by default', () => {
    const dialog = consentDialog(
      consentRequest({ unresolved: 'An earlier start has no known outcome.' }),
      5_000,
    );
    expect(dialog).toMatchObject({ buttons: ['Deny', 'Allow'], defaultId: DENY, cancelId: DENY });
    expect(dialog.message).toBe('Allow start_trading_cycle on catalyst [LIVE]?');
    expect(dialog.detail).toMatchSnapshot();
  });

  it('shows what hides itself', () => {
    const rows = [{ name: 'symbol', value: '"AAPL\u202E\u200Bx\u{E0041}\u001b[2J"' }];
    expect(consentDialog(consentRequest({ rows }), 0).detail).toContain(
      '"AAPL\\u{202e}\\u{200b}x\\u{e0041}\\u{1b}[2J"',
    );
  });

  it('is the window instead where it is seen, where a dialog stops the app, and where it does not fit', () => {
    const request = consentRequest();
    expect(askWhere(request, { visible: false }, 'win32')).toBe('dialog');
    expect(askWhere(request, { visible: false }, 'linux')).toBe('dialog');
    expect(askWhere(request, { visible: true }, 'win32')).toBe('window');
    expect(askWhere(request, { visible: false }, 'darwin')).toBe('window');
    const long = consentRequest({ rows: [{ name: 'note', value: 'x'.repeat(400) }] });
    expect(askWhere(long, { visible: false }, 'win32')).toBe('window');
  });

  it('takes no Allow that came too fast, and any Deny', () => {
    expect(dialogDecision(ALLOW, 699)).toBe('ask-again');
    expect(dialogDecision(ALLOW, 700)).toBe('allow');
    expect(dialogDecision(DENY, 0)).toBe('deny');
    expect(dialogDecision(-1, 5_000)).toBe('deny');
  });
});

function setUp(visible = false) {
  const app = fakeApp();
  const asked: { signal: AbortSignal; answer: (button: number) => void }[] = [];
  const seen = { visible, attention: 0 };
  let late = 0;
  const asker = new ConsentAsker({
    app,
    // each look at the clock is a second later: nobody clicks too fast here
    clock: {
      ...systemClock,
      monotonic: () => (late += 1_000),
      after: (_ms, run) => systemClock.after(1, run),
    },
    platform: 'win32',
    windowVisible: () => seen.visible,
    callAttention: () => (seen.attention += 1),
    ask: (_options, signal) =>
      new Promise((resolve) => {
        asked.push({ signal, answer: resolve });
        signal.addEventListener('abort', () => resolve(DENY));
      }),
  });
  const show = (...requests: ReturnType<typeof consentRequest>[]) => {
    app.set(appState([], requests));
    asker.refresh();
  };
  return { app, asked, seen, asker, show };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('asking', () => {
  it('answers with the nonce of what was shown', async () => {
    const { app, asked, show } = setUp();
    show(consentRequest());
    show(consentRequest());
    expect(asked).toHaveLength(1);
    asked[0].answer(ALLOW);
    await soon();
    expect(app.done).toEqual(['answer c1 allow']);
  });

  it('closes the dialog of a request that is gone, without an answer, and asks for the next', async () => {
    const { app, asked, show } = setUp();
    show(consentRequest());
    show(consentRequest({ id: 'c2' }));
    expect(asked[0].signal.aborted).toBe(true);
    asked[1].answer(DENY);
    await soon();
    expect(app.done).toEqual(['answer c2 deny']);
  });

  it('asks on the page while it is seen, and by dialog when it is hidden with the request unanswered', () => {
    const { asked, seen, asker, show } = setUp(true);
    show(consentRequest());
    expect([asked.length, seen.attention]).toEqual([0, 1]);
    seen.visible = false;
    asker.reconsider();
    expect(asked).toHaveLength(1);
    seen.visible = true;
    asker.reconsider();
    expect(asked[0].signal.aborted).toBe(true);
  });

  it('survives an answer that core refuses', async () => {
    const { app, asked, show } = setUp();
    app.act.answerConsent = () => {
      throw new Error('expired');
    };
    show(consentRequest());
    asked[0].answer(ALLOW);
    await soon();
    expect(app.logged).toEqual(['a consent answer was not taken']);
  });

  it('says nothing after it was disposed', async () => {
    const { app, asked, asker, show } = setUp();
    show(consentRequest());
    asker.dispose();
    asked[0].answer(ALLOW);
    await soon();
    expect(app.done).toEqual([]);
  });
});
