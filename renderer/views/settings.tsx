import { FormPage } from '../parts/form-page.tsx';
import { About } from './settings/about.tsx';
import { DesktopPanel } from './settings/desktop-panel.tsx';
import { LookPanel } from './settings/look-panel.tsx';
import { NoticesPanel } from './settings/notices-panel.tsx';
import { TransferPanel } from './settings/transfer-panel.tsx';

/** What holds for the whole app. What holds for one profile stands with it, in Connections. */
export function Settings() {
  return (
    <FormPage>
      <LookPanel />
      <NoticesPanel />
      <DesktopPanel />
      <TransferPanel />
      <About />
    </FormPage>
  );
}
