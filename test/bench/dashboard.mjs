// The dashboard in Chromium against the built `serve`: the demo with 200 positions that change twice a second and
// 50,000 log lines, scrolled; frame times are read from a trace, first paint from the page, and the JS that came.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';
import { createUser } from '../helpers/app.ts';
import { median, root, sleep } from './processes.mjs';

const LINES = 50_000;
const FILL_MS = 120_000;
const SCROLL_MS = 10_000;
const FRAMES =
  'disabled-by-default-devtools.timeline.frame,devtools.timeline.frame,devtools.timeline,toplevel';

function quantile(values, p) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? NaN;
}

/** Records a trace while `work` runs; resolves with its events. */
async function traced(page, work) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const done = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: FRAMES.split(',') },
  });
  await work(session);
  await session.send('Tracing.end');
  await done;
  await session.detach();
  return events;
}

/** Milliseconds from one frame to the next, of those that `name` marks. */
function intervals(events, name, pid) {
  const times = events
    .filter((event) => event.name === name && (pid === undefined || event.pid === pid))
    .map(({ ts }) => ts / 1000)
    .sort((a, b) => a - b);
  return times.slice(1).map((at, i) => at - times[i]);
}

/** CPU milliseconds of the page's own thread from one frame to the next: what is left of frame times on a machine with nothing else to do. */
function cpuOfFrames(events) {
  const marks = events.filter(({ name }) => name === 'BeginMainThreadFrame').sort((a, b) => a.ts - b.ts);
  const [first] = marks;
  if (!first) return [];
  const tasks = events
    .filter(
      ({ name, ph, pid, tid }) =>
        name === 'ThreadControllerImpl::RunTask' && ph === 'X' && pid === first.pid && tid === first.tid,
    )
    .sort((a, b) => a.ts - b.ts);
  let at = 0;
  return marks.slice(1).map(({ ts }) => {
    let cpu = 0;
    for (; at < tasks.length && tasks[at].ts < ts; at += 1)
      cpu += (tasks[at].tdur ?? tasks[at].dur ?? 0) / 1000;
    return cpu;
  });
}

/** Scrolls up and down without a pause; each turn is one gesture of the browser's own. */
async function scroll(page, session, ms) {
  const box = await page.getByTestId('log-lines').boundingBox();
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const until = Date.now() + ms;
  for (let down = true; Date.now() < until; down = !down)
    await session.send('Input.synthesizeScrollGesture', {
      ...middle,
      yDistance: down ? 4000 : -4000,
      speed: 2500,
      gestureSourceType: 'mouse',
    });
}

/** Frame times while the log is scrolled. `main`: frames that the page made; `drawn`: those that came on screen. */
async function frames(page) {
  await page.getByTestId('log-lines').hover();
  await page.mouse.wheel(0, -5000);
  await page.getByTestId('log-follow').waitFor();
  const events = await traced(page, (session) => scroll(page, session, SCROLL_MS));
  const main = intervals(events, 'BeginMainThreadFrame');
  const drawn = intervals(events, 'DrawFrame');
  return { main, drawn, cpu: cpuOfFrames(events) };
}

/** The page as it is first opened: its paint, and the JS that was fetched for it, gzip. */
async function firstPage(browser, url) {
  const context = await browser.browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const scripts = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js'))
      scripts.push(response.body().then((body) => zlib.gzipSync(body).length));
  });
  await page.goto(url);
  await page.getByTestId('link-state').waitFor();
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  );
  await page.waitForLoadState('networkidle');
  const sizes = await Promise.all(scripts);
  return { context, page, paint, js: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Waits until the page keeps so many lines; the number it reached. */
async function filled(page, lines) {
  const deadline = Date.now() + FILL_MS;
  for (;;) {
    const title = await page.getByRole('heading', { name: /lines$/ }).innerText();
    const count = Number(/(?:of )?([\d,]+) lines/.exec(title)?.[1]?.replaceAll(',', '') ?? 0);
    if (count >= lines || Date.now() > deadline) return count;
    await sleep(250);
  }
}

async function measured(rounds) {
  const user = await createUser();
  const browser = await startBrowser();
  const found = { paint: [], main: [], drawn: [], cpu: [] };
  try {
    const app = await user.serve(['--demo', '--fault', 'many-positions', '--fault', 'many-lines']);
    let first = await firstPage(browser, app.url);
    found.js = first.js;
    // the first one of a new browser has its own start in it; those after it are what a person opens
    for (let i = 0; i < Math.max(3, rounds); i += 1) {
      await first.page.reload();
      await first.page.getByTestId('link-state').waitFor();
      found.paint.push(
        await first.page.evaluate(
          () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
        ),
      );
    }
    const { page } = first;
    await page.getByTestId('nav-positions').click();
    found.positions = await page.getByTestId('page-positions').getByRole('row').count();
    await page.getByTestId('nav-logs').click();
    await page.getByTestId('log-lines').waitFor();
    found.lines = await filled(page, LINES);
    for (let i = 0; i < rounds; i += 1) {
      const one = await frames(page);
      found.main.push(...one.main);
      found.drawn.push(...one.drawn);
      found.cpu.push(...one.cpu);
    }
    found.load = os.loadavg()[0];
    return found;
  } finally {
    await browser.close();
    await user.dispose();
  }
}

/** Rows of the dashboard, or why there are none. */
export async function dashboardRounds(rounds) {
  if (!chromiumAvailable) return { skipped: 'needs the Debian package chromium' };
  if (!fs.existsSync(path.join(root, 'dist/cli.js'))) return { skipped: 'not built: npm run build' };
  return await measured(rounds);
}

export function dashboardRows({ paint, js, main, drawn, cpu, lines, load }) {
  const worst = (values) => Math.max(0, ...values);
  const frame = (what, values) => {
    const [p95, max] = [quantile(values, 0.95), worst(values)];
    const fast = (values.filter((ms) => ms <= 33).length / values.length) * 100;
    return {
      what: `dashboard: ${what}`,
      measured: `${fast.toFixed(1)} % <= 33 ms, worst ${max.toFixed(0)} ms`,
      budget: '95 %, none > 100 ms',
      ok: fast >= 95 && max <= 100,
      note: `p50 ${quantile(values, 0.5).toFixed(1)}, p95 ${p95.toFixed(1)}, ${values.length} frames, ${lines} lines kept`,
    };
  };
  return [
    frame('frames made', main),
    frame('frames drawn', drawn),
    {
      what: 'dashboard: CPU of a frame',
      measured: `p95 ${quantile(cpu, 0.95).toFixed(1)} ms, worst ${worst(cpu).toFixed(0)} ms`,
      budget: 'p95 <= 33 ms, 100 ms',
      ok: quantile(cpu, 0.95) <= 33 && worst(cpu) <= 100,
      note: `of the page's thread; p50 ${quantile(cpu, 0.5).toFixed(1)}; load of the machine ${load.toFixed(1)}`,
    },
    {
      what: 'dashboard: first paint',
      measured: `${median(paint).toFixed(0)} ms`,
      budget: '< 1000 ms',
      ok: median(paint) < 1000,
    },
    {
      what: 'dashboard: JS of the first page',
      measured: `${(js / 1024).toFixed(0)} KB gzip`,
      budget: '<= 250 KB',
      ok: js <= 250 * 1024,
    },
  ];
}
