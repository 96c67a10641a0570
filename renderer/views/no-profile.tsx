import { useApp } from '../api/app-context.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/panel.tsx';

/** What a page shows while nothing is connected and nothing could be: in the middle of it, on every page. */
export function NoProfile() {
  const { ui } = useApp();
  const begin = () => {
    ui.store.setState({ onboardingHidden: false });
    ui.go({ page: 'overview' });
  };
  return (
    <Empty
      title="No connection yet"
      actions={
        <Button look="primary" onClick={begin}>
          Connect a droplet
        </Button>
      }
    >
      Tell the app where your droplet is, over SSH or HTTPS, and this page shows what it does.
    </Empty>
  );
}
