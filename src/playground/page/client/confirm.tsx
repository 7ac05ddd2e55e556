import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { Dict } from '../../shapes.ts';
import { keepFocus } from './focus.ts';
import { plain, Text } from './mrkdwn.tsx';

/** "Are you sure?", in the app's own words. */
export function ConfirmDialog(o: { confirm: Dict; onYes: () => void; onNo: () => void }): ReactNode {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const giveBack = keepFocus();
    dialog.current?.showModal();
    return giveBack;
  }, []);
  return (
    <dialog
      ref={dialog}
      className="confirm"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        event.stopPropagation();
        o.onNo();
      }}
      onClose={(event) => {
        event.stopPropagation();
        o.onNo();
      }}
    >
      <h2 id={id}>{plain(o.confirm.title)}</h2>
      <div className="confirm-text">
        <Text value={o.confirm.text} />
      </div>
      <footer>
        <button type="button" className="button" onClick={o.onNo}>
          {plain(o.confirm.deny)}
        </button>
        <button
          type="button"
          className={`button ${o.confirm.style === 'danger' ? 'danger-full' : 'primary'}`}
          onClick={o.onYes}
        >
          {plain(o.confirm.confirm)}
        </button>
      </footer>
    </dialog>
  );
}
