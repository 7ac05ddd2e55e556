import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { type PageState, post } from './api.ts';
import { Attach } from './attach.tsx';
import { Hints, useHints } from './hints.tsx';
import { Menu } from './menu.tsx';

/** Enter sends, Shift+Enter breaks the line, Tab completes a subcommand, Up brings the last line back. */
export function Composer({
  state,
  channel,
  name,
  draft,
  onDrafted,
}: {
  state: PageState;
  channel: string;
  name: string;
  /** What somebody asked to have written here, until it is. */
  draft: string;
  onDrafted: () => void;
}): ReactNode {
  const [text, setText] = useState('');
  const last = useRef('');
  const field = useRef<HTMLTextAreaElement>(null);
  const { command } = state.app;
  const list = useId();
  useEffect(() => {
    if (draft !== '') {
      setText(draft);
      onDrafted();
    }
    // Not from under a modal that is open.
    if (document.querySelector('dialog[open]') === null) field.current?.focus();
  }, [draft, onDrafted]);
  const shortcuts = state.features.shortcuts.filter((one) => one.type === 'global');

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

  return (
    <div className="composer">
      <Hints id={list} hints={hints} at={at} onChoose={write} />
      <textarea
        ref={field}
        rows={Math.min(6, text.split('\n').length)}
        aria-label={`Message ${name}`}
        placeholder={`Message ${name}, or type ${command}`}
        aria-autocomplete="list"
        aria-controls={hints.length > 0 ? list : undefined}
        aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKey}
      />
      <div className="composer-tools">
        {shortcuts.length > 0 && (
          <Menu
            label="Shortcuts"
            face="⚡"
            items={shortcuts.map((one) => ({
              key: one.callback_id,
              words: one.name,
              ...(one.description !== undefined && { hint: one.description }),
              onChoose: () => void post('shortcut', { as: state.me, callbackId: one.callback_id }),
            }))}
          />
        )}
        <Attach me={state.me} channel={channel} name={name} />
        <span className="grow" />
        <button type="button" className="button primary" disabled={text.trim() === ''} onClick={send}>
          Send
        </button>
      </div>
    </div>
  );
}
