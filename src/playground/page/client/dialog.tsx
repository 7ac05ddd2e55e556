import { type ReactNode, type SyntheticEvent, useEffect, useRef } from 'react';
import type { Dict } from '../../shapes.ts';
import { plain, Text } from './mrkdwn.tsx';

/** The browser would focus the first button, the one that closes the modal. */
const FIRST_FIELD = '.modal .dialog-body :is(input, textarea), .modal footer .primary';
const COMPOSER = '.composer textarea';

/** Open while it is rendered. Then the focus returns to the element that had it, or else to the composer. */
export function Dialog(o: {
  title: string;
  className: string;
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>(FIRST_FIELD)?.focus();
    return () => {
      const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body;
      (isThere ? before : document.querySelector<HTMLElement>(COMPOSER))?.focus();
    };
  }, []);
  // On a second Escape in a row, a browser may close the dialog without a `cancel` event.
  const close = (event: SyntheticEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    o.onClose();
  };
  return (
    <dialog ref={dialog} className={o.className} aria-label={o.title} onCancel={close} onClose={close}>
      {o.children}
    </dialog>
  );
}

/** "Are you sure?", in the app's own words. */
export function ConfirmDialog(o: { confirm: Dict; onYes: () => void; onNo: () => void }): ReactNode {
  const { confirm } = o;
  return (
    <Dialog title={plain(confirm.title)} className="confirm" onClose={o.onNo}>
      <header>
        <h2>{plain(confirm.title)}</h2>
      </header>
      <div className="dialog-body">
        <Text value={confirm.text} />
      </div>
      <footer>
        <button type="button" className="button" onClick={o.onNo}>
          {plain(confirm.deny)}
        </button>
        <button
          type="button"
          className={`button ${confirm.style === 'danger' ? 'danger-full' : 'primary'}`}
          onClick={o.onYes}
        >
          {plain(confirm.confirm)}
        </button>
      </footer>
    </Dialog>
  );
}
