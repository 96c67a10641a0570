import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';

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
  children: ReactNode;
}) {
  return (
    <Dialog.Root
      open={props.open}
      disablePointerDismissal={props.keepOnPress ?? false}
      onOpenChange={(open, details) => (open ? undefined : props.onClose(details.reason))}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop fixed inset-0 z-40" />
        <Dialog.Viewport className="fixed inset-0 z-50 flex items-start justify-center overflow-y-auto px-4 py-[min(10vh,96px)]">
          <Dialog.Popup
            data-testid={props.testId}
            role={props.role ?? 'dialog'}
            {...(props.initialFocus === undefined ? {} : { initialFocus: props.initialFocus })}
            className={`popup w-full rounded-md bg-raised shadow-overlay outline-none ${props.width ?? 'max-w-lg'}`}
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
