import { Button } from '../parts/button.tsx';
import { CopyField } from '../parts/copy.tsx';
import { StateMark } from '../parts/state-mark.tsx';

/** Shown instead of everything else when the app does not know this browser. */
export function SignedOut() {
  return (
    <main
      className="mx-auto flex h-full max-w-lg flex-col justify-center gap-4 px-6"
      data-testid="signed-out"
    >
      <h1 className="flex items-center gap-3 text-xl">
        <StateMark tone="attention" size={18} />
        This browser is not signed in
      </h1>
      <p>
        A link to the dashboard opens it once, within five minutes, so that nobody else can use it; this one
        was used, is too old, or came without its key. Get a fresh one: choose{' '}
        <strong className="font-semibold">Open dashboard</strong> in the tray, or run
      </p>
      <CopyField text="catalyst-companion serve" label="command" />
      <p className="text-quiet">
        A running app goes on keeping the link and the bridge alive meanwhile; only this page is signed out.
      </p>
      <div>
        <Button onClick={() => location.reload()}>Try this browser again</Button>
      </div>
    </main>
  );
}
