// A native modal dialog with a title and a close button; as a sheet it rises from the lower edge of a phone.
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './Button.tsx';
import { cx } from './cx.ts';
import styles from './Dialog.module.css';

interface DialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  variant?: 'dialog' | 'wide' | 'full' | 'sheet';
}

/** Chromium gives the focus back to a field without its caret, where one in the dialog had it: what is typed then would go nowhere. */
function giveCaretBack(): void {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return;
  field.blur();
  field.focus({ preventScroll: true });
}

export function Dialog({ open, title, onClose, children, variant = 'dialog' }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const pressed = useRef<EventTarget | null>(null);
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc is the native way out by keyboard; the click is for the backdrop.
    <dialog
      ref={dialog}
      className={cx(styles.dialog, styles[variant])}
      aria-labelledby={heading}
      onClose={() => {
        giveCaretBack();
        onClose();
      }}
      onPointerDown={event => {
        pressed.current = event.target;
      }}
      // A selection that is dragged out of a field ends on the backdrop, too.
      onClick={event => {
        if (event.target === event.currentTarget && pressed.current === event.target) onClose();
      }}
    >
      {open && (
        <div className={styles.frame}>
          <header className={styles.head}>
            <h2 id={heading}>{title}</h2>
            <IconButton icon="close" label="Close" onClick={onClose} />
          </header>
          <div className={styles.body}>{children}</div>
        </div>
      )}
    </dialog>
  );
}
