// The modal on top of a person's stack.
import { type ReactNode, useRef, useState } from 'react';
import type { Submitted } from '../../actions/modals.ts';
import type { Dict } from '../../shapes.ts';
import { elementActions, post, type ShownView } from './api.ts';
import { Blocks, useValues } from './blocks.tsx';
import { Dialog } from './dialog.tsx';

export function Modal({ me, view, appName }: { me: string; view: ShownView; appName: string }): ReactNode {
  const [values, setValues] = useValues(view.id, view.blocks);
  const { errors, trouble, isBusy, submit } = useSubmit(me, view, values);
  const isClosing = useRef(false);
  /** Only once: a second Escape may come before the server has answered the first. */
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
