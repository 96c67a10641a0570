import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';

const CONTAINED = 'items-start justify-center px-4 py-[min(6vh,96px)]';
const FLOATING = 'items-start justify-center overflow-y-auto px-4 py-[min(10vh,96px)]';

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
  children: ReactNode;
}) {
  const fill = props.fill === true;
  const contained = props.contained === true;
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
            className={`popup flex w-full flex-col bg-raised outline-none ${contained ? 'max-h-full' : ''} ${fill ? 'h-full' : `rounded-md shadow-overlay ${props.width ?? 'max-w-lg'}`}`}
          >
            <Dialog.Title
              className={props.hideTitle === true ? 'sr-only' : 'px-5 pt-4 text-lg font-semibold'}
            >
              {props.title}
            </Dialog.Title>
            {props.children}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
