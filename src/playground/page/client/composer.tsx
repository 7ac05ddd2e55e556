import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { type PageState, post, shareFile } from './api.ts';
import { Hints, useHints } from './hints.tsx';
import { Shortcuts } from './menu.tsx';

type ComposerProps = {
  state: PageState;
  channel: string;
  name: string;
  /** Text from a button elsewhere that the composer has yet to take over. */
  draft: string;
  onDrafted: () => void;
};

/** Enter sends, Shift+Enter breaks the line, Tab completes a subcommand, Up brings the last line back. */
export function Composer(o: ComposerProps): ReactNode {
  const { state, channel, name } = o;
  const field = useRef<HTMLTextAreaElement>(null);
  const list = useId();
  const { text, setText, send, onKey, write, hints, at } = useText(o, field);
  return (
    <div className="composer">
      <Hints id={list} hints={hints} at={at} onChoose={write} />
      <textarea
        ref={field}
        rows={Math.min(6, text.split('\n').length)}
        aria-label={`Message ${name}`}
        placeholder={`Message ${name}, or type ${state.app.command}`}
        aria-autocomplete="list"
        aria-controls={hints.length > 0 ? list : undefined}
        aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKey}
      />
      <div className="composer-tools">
        <Shortcuts state={state} type="global" label="Shortcuts" face="⚡" />
        <Attach me={state.me} channel={channel} name={name} />
        <button type="button" className="button primary" disabled={text.trim() === ''} onClick={send}>
          Send
        </button>
      </div>
    </div>
  );
}

function useText({ state, channel, draft, onDrafted }: ComposerProps, field: RefObject<HTMLElement | null>) {
  const [text, setText] = useState('');
  const last = useRef('');
  useEffect(() => {
    if (draft !== '') {
      setText(draft);
      onDrafted();
    }
    // An open modal keeps the focus.
    if (document.querySelector('dialog[open]') === null) field.current?.focus();
  }, [draft, onDrafted, field]);

  function send(): void {
    if (text.trim() === '') return;
    last.current = text;
    setText('');
    void post('type', { as: state.me, channel, text });
  }
  function write(words: string): void {
    setText(words);
    field.current?.focus();
  }
  const { hints, at, takesKey } = useHints(state, text, write);
  function onKey(event: KeyboardEvent): void {
    if (takesKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && text === '') setText(last.current);
  }
  return { text, setText, send, onKey, write, hints, at };
}

/** Sends a file as soon as the person has chosen it. */
function Attach({ me, channel, name }: { me: string; channel: string; name: string }): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  const [trouble, setTrouble] = useState('');
  async function send(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    const sent = await shareFile(me, channel, file);
    setTrouble(sent === null ? `${file.name} could not be sent: at most 20 MB` : '');
    if (field.current !== null) field.current.value = '';
  }
  return (
    <>
      <input
        ref={field}
        type="file"
        hidden
        aria-label={`File for ${name}`}
        onChange={(event) => void send(event.target.files?.[0])}
      />
      <button
        type="button"
        className="button"
        aria-label="Attach a file"
        title="Attach a file"
        onClick={() => field.current?.click()}
      >
        <Paperclip />
      </button>
      {trouble !== '' && (
        <span className="error" role="alert">
          {trouble}
        </span>
      )}
    </>
  );
}

/** Drawn, because not every machine has a font with a paperclip. */
const Paperclip = (): ReactNode => (
  <svg aria-hidden="true" className="paperclip" viewBox="0 0 13 14">
    <path d="M11.5 6.5 6.4 11.6a3 3 0 0 1-4.3-4.3l5-5a2 2 0 0 1 2.9 2.9L5 10.2a1 1 0 0 1-1.4-1.4l4.3-4.3" />
  </svg>
);
