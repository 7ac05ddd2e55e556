// The modal on top of a person's stack, and the question before a button acts.
import { type ReactNode, type SyntheticEvent, useEffect, useRef, useState } from 'react';
import type { Dict } from '../../shapes.ts';
import { elementActions, post, type ShownView } from './api.ts';
import { Blocks, useValues } from './blocks.tsx';
import { plain, Text } from './mrkdwn.tsx';

/** The browser would focus the first button, the one that closes the modal. */
const FIRST_FIELD = '.dialog-body :is(input, textarea), .modal footer .primary';
const COMPOSER = '.composer textarea';

type Submitted = { errors: Record<string, string>; trouble: string };

export function Modal({ me, view, appName }: { me: string; view: ShownView; appName: string }): ReactNode {
  const [values, setValues] = useValues(view.id, view.blocks);
  const { errors, trouble, isBusy, submit } = useSubmit(me, view, values);
  const isClosing = useRef(false);
  /** Once: a second Escape comes before the page knows that the server heard the first one. */
  async function close(isCleared: boolean): Promise<void> {
    if (isClosing.current) return;
    isClosing.current = true;
    isClosing.current = (await post('close', { as: me, view: view.id, isCleared })) !== null;
  }
  return (
    <Dialog title={view.title} className="modal" onClose={() => void close(false)}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (view.submit !== null && !isBusy) void submit();
        }}
      >
        <header>
          <h2>{view.title}</h2>
          <button type="button" className="quiet" aria-label="Close" onClick={() => void close(true)}>
            ×
          </button>
        </header>
        <div className="dialog-body">
          {trouble !== '' && (
            <p className="error" role="alert">
              {trouble}
            </p>
          )}
          <Blocks
            blocks={view.blocks}
            values={values}
            setValues={setValues}
            actions={elementActions(me, { view: view.id })}
            errors={errors}
          />
        </div>
        <footer>
          <small>{appName}</small>
          <button type="button" className="button" onClick={() => void close(false)}>
            {view.close}
          </button>
          {view.submit !== null && (
            <button type="submit" className="button primary" aria-busy={isBusy} disabled={isBusy}>
              {view.submit}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
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

/** Open while it is drawn. Afterwards the focus is where it was, or in the composer when that is no longer there. */
function Dialog(o: {
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
  // A browser may close it without asking, when Escape is pressed again before anything else is done.
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

function useSubmit(me: string, view: ShownView, values: Dict) {
  const [isBusy, setBusy] = useState(false);
  const [answered, setAnswered] = useState<(Submitted & { hash: string }) | null>(null);
  async function submit(): Promise<void> {
    setBusy(true);
    const done = await post<Submitted>('submit', { as: me, view: view.id, values });
    setBusy(false);
    setAnswered({ errors: done?.errors ?? {}, trouble: done?.trouble ?? '', hash: view.hash });
  }
  const current = answered?.hash === view.hash ? answered : { errors: {}, trouble: '' };
  return { ...current, isBusy, submit };
}
