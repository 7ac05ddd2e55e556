// The modal on top of a person's stack.
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { Dict } from '../../shapes.ts';
import { handsOf, post, type ShownView } from './api.ts';
import { Blocks, useValues } from './blocks.tsx';
import { keepFocus } from './focus.ts';

const FIELDS = '.modal-body :is(input, textarea), footer .primary';

type Answered = { errors: Record<string, string>; trouble: string };

export function Modal({ me, view, appName }: { me: string; view: ShownView; appName: string }): ReactNode {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [values, setValues] = useValues(view.id, view.blocks);
  const [answered, setAnswered] = useState<Answered & { hash: string }>({
    errors: {},
    trouble: '',
    hash: '',
  });
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    const element = dialog.current;
    const giveBack = keepFocus();
    element?.showModal();
    // The dialog itself would give the focus to its first button, the one that closes it.
    const field = element?.querySelector<HTMLElement>('[data-focus]');
    (field ?? element?.querySelector<HTMLElement>(FIELDS))?.focus();
    return giveBack;
  }, []);
  const { errors, trouble } = answered.hash === view.hash ? answered : { errors: {}, trouble: '' };

  async function submit(): Promise<void> {
    setBusy(true);
    const done = await post<Answered>('submit', { as: me, view: view.id, values } as Dict);
    setBusy(false);
    setAnswered({ errors: done?.errors ?? {}, trouble: done?.trouble ?? '', hash: view.hash });
  }
  const isClosing = useRef(false);
  /** Once: a second Escape comes before the page knows that the first one was heard. */
  async function close(isCleared: boolean): Promise<void> {
    if (isClosing.current) return;
    isClosing.current = true;
    const closed = await post('close', { as: me, view: view.id, isCleared });
    isClosing.current = closed !== null;
  }

  return (
    <dialog
      ref={dialog}
      className="modal"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        void close(false);
      }}
      // A browser may close it without asking, when Escape is pressed again before anything else is done.
      onClose={() => void close(false)}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (view.submit !== null && !isBusy) void submit();
        }}
      >
        <header>
          <h2 id={id}>{view.title}</h2>
          <button type="button" className="quiet" aria-label="Close" onClick={() => void close(true)}>
            ×
          </button>
        </header>
        <div className="modal-body">
          {trouble !== '' && (
            <p className="error" role="alert">
              {trouble}
            </p>
          )}
          <Blocks
            blocks={view.blocks}
            values={values}
            setValues={setValues}
            hands={handsOf(me, { view: view.id })}
            errors={errors}
          />
        </div>
        <Footer view={view} appName={appName} isBusy={isBusy} onCancel={() => void close(false)} />
      </form>
    </dialog>
  );
}

function Footer(o: { view: ShownView; appName: string; isBusy: boolean; onCancel: () => void }): ReactNode {
  return (
    <footer>
      <span className="by">{o.appName}</span>
      <button type="button" className="button" onClick={o.onCancel}>
        {o.view.close}
      </button>
      {o.view.submit !== null && (
        <button type="submit" className="button primary" aria-busy={o.isBusy} disabled={o.isBusy}>
          {o.view.submit}
        </button>
      )}
    </footer>
  );
}
