import { useApp } from '../api/app-context.tsx';
import { runDoctor } from '../api/doctor.ts';
import { linkActions } from '../../electron/contract/present.ts';
import type { LinkState } from '../../electron/contract/link.ts';
import { Button } from './button.tsx';

/** Where a link that is wanted does not work: goes to the doctor and starts it. */
export function AskDoctor(props: { profile: string; atLink: boolean; link: LinkState }) {
  const app = useApp();
  if (!props.atLink || linkActions(props.link).connect) return null;
  return (
    <Button
      small
      onClick={() => {
        app.ui.go({ page: 'doctor' });
        void runDoctor(app, props.profile);
      }}
    >
      Ask the doctor
    </Button>
  );
}
