import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { useEffect } from 'react';
import { useApp } from '../api/app-context.tsx';
import type { OpenOverlay } from '../api/ui-store.ts';
import { IconButton } from './button.tsx';

const CONTAINED = 'items-start justify-center px-4 py-[min(6vh,96px)]';
const FLOATING = 'items-start justify-center overflow-y-auto px-4 py-[min(10vh,96px)]';

/** Keys and messages of the page keep still while it is open. */
function useOpen(open: boolean): void {
  const { ui } = useApp();
  useEffect(() => {
    if (!open) return undefined;
    const mine: OpenOverlay = { openedAt: Date.now() };
    ui.store.setState((s) => ({ overlays: [...s.overlays, mine] }));
    return () => ui.store.setState((s) => ({ overlays: s.overlays.filter((one) => one !== mine) }));
  }, [ui, open]);
}

/** A dialog over the page. Closing by Escape or the backdrop calls `onClose`; leave it out to forbid both. */
export function Overlay(props: {
  open: boolean;
  onClose: (reason: string) => void;
  title: ReactNode;
  hideTitle?: boolean;
  width?: string;
  keepOnPress?: boolean;
  initialFocus?: RefObject<HTMLElement | null>;
  role?: 'dialog' | 'alertdialog';
  testId: string;
  /** Fills its window: no backdrop, no frame. */
  fill?: boolean;
  /** Never higher than its window: what is inside scrolls, title and buttons stay. */
  contained?: boolean;
  /** It has no button that ends it: a cross beside the title does. */
  crossed?: boolean;
  children: ReactNode;
}) {
  const fill = props.fill === true;
  const contained = props.contained === true;
  useOpen(props.open);
  return (
    <Dialog.Root
      open={props.open}
      disablePointerDismissal={props.keepOnPress ?? false}
      onOpenChange={(open, details) => (open ? undefined : props.onClose(details.reason))}
    >
      <Dialog.Portal>
        {fill ? null : <Dialog.Backdrop className="backdrop fixed inset-0 z-40" />}
        <Dialog.Viewport
          className={`fixed inset-0 z-50 flex ${fill ? '' : contained ? CONTAINED : FLOATING}`}
        >
          <Dialog.Popup
            data-testid={props.testId}
            role={props.role ?? 'dialog'}
            {...(props.initialFocus === undefined ? {} : { initialFocus: props.initialFocus })}
            className={`popup relative flex w-full flex-col bg-raised outline-none ${contained ? 'max-h-full' : ''} ${fill ? 'h-full' : `rounded-md shadow-overlay ${props.width ?? 'max-w-lg'}`}`}
          >
            <Dialog.Title
              className={props.hideTitle === true ? 'sr-only' : 'px-5 pt-4 text-lg font-semibold'}
            >
              {props.title}
            </Dialog.Title>
            {props.children}
            {props.crossed === true ? (
              <IconButton
                label="Close"
                className="absolute top-3.5 right-3"
                onClick={() => props.onClose('close-press')}
              >
                <X size={15} />
              </IconButton>
            ) : null}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
