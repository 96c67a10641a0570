import { useApp } from '../api/app-context.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/panel.tsx';

/** What a page shows while nothing is connected and nothing could be. */
export function NoProfile() {
  const { ui } = useApp();
  return (
    <Empty
      title="No connection yet"
      actions={
        <Button look="primary" onClick={() => ui.go({ page: 'connections', section: 'add' })}>
          Add a connection
        </Button>
      }
    >
      Tell the app where your droplet is, over SSH or HTTPS, and this page shows what it does.
    </Empty>
  );
}
