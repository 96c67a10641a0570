import type { Page } from 'playwright-core';
import type { Page as PageName } from '../../renderer/api/ui-store.ts';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import type { Scenario } from '../fixtures/page/scenarios.ts';
import { showPage } from '../helpers/browser.ts';
import { dismissToasts } from './stage.ts';

/** Something that is seen only after a step: a dialog, a drawer, a form, messages. */
export interface Shown {
  scenario: Scenario;
  page: PageName;
  open(page: Page, core: FakeCore): Promise<unknown>;
  /** What is there when it is open. */
  is: string;
  /** The messages belong to it. */
  toasts?: true;
}

const click = (id: string) => (page: Page) => page.getByTestId(id).first().click();
const button = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
const press = (key: string) => (page: Page) => page.keyboard.press(key);

const refused = (host: string) => ({
  state: 'blocked',
  reason: 'auth-refused',
  error: {
    code: 'LINK_AUTH_REFUSED',
    message: `${host} refused the key.`,
    next: 'Check the user and the key, then try again.',
  },
});

/** More that waits for an answer than fits a low window. */
async function troubles(page: Page, core: FakeCore): Promise<void> {
  core.store.set(['profiles', 'catalyst', 'link'], refused('droplet.example'));
  core.store.set(['profiles', 'paper', 'link'], refused('paper.example'));
  core.store.set(
    ['profiles', 'catalyst', 'guard', 'mismatch'],
    'The profile says LIVE, the broker says paper.',
  );
  await page.getByRole('button', { name: 'behind the bell' }).waitFor();
}

/** The back end offers a tool that closes everything. */
async function closeAll(page: Page, core: FakeCore): Promise<void> {
  const path = ['profiles', 'catalyst', 'catalogue', 'tools'];
  const { tools } = core.store.state.profiles.catalyst.catalogue;
  const listed = tools.find(({ status }) => status === 'listed');
  core.store.set(path, [...tools, { ...listed, name: 'close_all_positions' }]);
  await page.getByTestId('stop-menu').click();
  await page.getByTestId('close-all-open').click();
}

/** Every dialog, drawer and form of the dashboard, by name. */
export const OVERLAYS: Readonly<Record<string, Shown>> = {
  palette: { scenario: 'live', page: 'overview', open: press('Control+k'), is: 'palette' },
  help: { scenario: 'live', page: 'overview', open: press('?'), is: 'help' },
  notices: { scenario: 'live', page: 'overview', open: press('n'), is: 'notices' },
  messages: { scenario: 'live', page: 'positions', open: troubles, is: 'notice', toasts: true },
  'welcome-ssh': {
    scenario: 'onboarding',
    page: 'overview',
    open: click('onboarding-ssh'),
    is: 'setup-start',
  },
  'welcome-https': {
    scenario: 'onboarding',
    page: 'overview',
    open: click('onboarding-https'),
    is: 'setup-start',
  },
  add: { scenario: 'live', page: 'connections', open: click('section-add'), is: 'add-ssh' },
  edit: { scenario: 'live', page: 'connections', open: click('edit-profile-open'), is: 'edit-profile' },
  limits: { scenario: 'live', page: 'connections', open: button('Set limits'), is: 'limits-form' },
  nginx: { scenario: 'live', page: 'connections', open: button('Write the nginx file'), is: 'nginx-kit' },
  remove: {
    scenario: 'live',
    page: 'connections',
    open: button(/Remove this profile/),
    is: 'page-connections',
  },
  plan: { scenario: 'live', page: 'clients', open: button('Set up…'), is: 'plan-apply' },
  doctor: { scenario: 'live', page: 'doctor', open: click('doctor-run'), is: 'doctor-help' },
  'doctor-report': {
    scenario: 'live',
    page: 'doctor',
    open: async (page) => {
      await page.getByTestId('doctor-run').click();
      await page.getByTestId('doctor-show-report').click();
    },
    is: 'doctor-report-text',
  },
  import: {
    scenario: 'live',
    page: 'settings',
    open: async (page) => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByLabel('File to import').setInputFiles(await (await download).path());
    },
    is: 'import',
  },
  'stop-confirmed': { scenario: 'good', page: 'positions', open: click('stop-trading'), is: 'stop-result' },
  'stop-unconfirmed': { scenario: 'live', page: 'overview', open: click('stop-trading'), is: 'stop-result' },
  'stop-undelivered': { scenario: 'stale', page: 'overview', open: click('stop-trading'), is: 'stop-result' },
  'close-all': { scenario: 'good', page: 'positions', open: closeAll, is: 'close-all' },
  'service-drawer': { scenario: 'live', page: 'services', open: click('open-news'), is: 'service-drawer' },
  'position-drawer': {
    scenario: 'live',
    page: 'positions',
    open: click('position-row'),
    is: 'position-drawer',
  },
  'request-drawer': {
    scenario: 'live',
    page: 'activity',
    open: click('activity-row'),
    is: 'activity-drawer',
  },
  'log-drawer': { scenario: 'live', page: 'logs', open: click('log-line'), is: 'log-drawer' },
  'log-export': { scenario: 'live', page: 'logs', open: click('log-export'), is: 'log-export-dialog' },
  lost: {
    scenario: 'live',
    page: 'overview',
    open: (_page, core) => {
      core.refuse(true);
      core.cut();
      return Promise.resolve();
    },
    is: 'lost-banner',
  },
};

/** Shows one of them over its page. */
export async function openOverlay(page: Page, core: FakeCore, shown: Shown): Promise<void> {
  await showPage(page, shown.page);
  if (shown.toasts !== true) await dismissToasts(page);
  await shown.open(page, core);
  await page.getByTestId(shown.is).first().waitFor();
}
