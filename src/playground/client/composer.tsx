import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { type PageState, post } from './api.ts';
import { Menu } from './menu.tsx';

/** Enter sends, Shift+Enter breaks the line, Tab completes a subcommand, Up brings the last line back. */
export function Composer({
  state,
  channel,
  name,
}: {
  state: PageState;
  channel: string;
  name: string;
}): ReactNode {
  const [text, setText] = useState('');
  const last = useRef('');
  const field = useRef<HTMLTextAreaElement>(null);
  const { command } = state.app;
  const hints = hintsFor(state, text);
  const shortcuts = state.features.shortcuts.filter((one) => one.type === 'global');

  function send(): void {
    if (text.trim() === '') return;
    last.current = text;
    setText('');
    void post('type', { as: state.me, channel, text });
  }
  function complete(words: string): void {
    setText(`${words} `);
    field.current?.focus();
  }
  function onKey(event: KeyboardEvent): void {
    const first = hints[0];
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'Tab' && first !== undefined && text !== '') {
      event.preventDefault();
      complete(first.words);
    } else if (event.key === 'ArrowUp' && text === '') setText(last.current);
  }

  return (
    <div className="composer">
      <Hints hints={hints} onChoose={complete} />
      <textarea
        ref={field}
        rows={Math.min(6, text.split('\n').length)}
        aria-label={`Message ${name}`}
        placeholder={`Message ${name}, or type ${command}`}
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
        <span className="grow" />
        <button type="button" className="button primary" disabled={text.trim() === ''} onClick={send}>
          Send
        </button>
      </div>
    </div>
  );
}

type Hint = { words: string; hint: string };

function Hints({ hints, onChoose }: { hints: Hint[]; onChoose: (words: string) => void }): ReactNode {
  if (hints.length === 0) return null;
  return (
    <ul className="hints" aria-label="Commands">
      {hints.map((hint) => (
        <li key={hint.words}>
          <button type="button" onClick={() => onChoose(hint.words)}>
            <b>{hint.words}</b> <span>{hint.hint}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const MAX_HINTS = 8;

function hintsFor(state: PageState, text: string): Hint[] {
  const { command } = state.app;
  if (!text.startsWith('/') || text.includes('\n')) return [];
  if (!text.includes(' '))
    return command.startsWith(text) ? [{ words: command, hint: 'the accounts of your developers' }] : [];
  if (!text.startsWith(`${command} `)) return [];
  const typed = text.slice(command.length + 1);
  if (typed.includes(' ')) {
    const exact = state.features.subcommands.find((one) => typed.startsWith(`${one.name} `));
    return exact === undefined || typed.trim() !== exact.name
      ? []
      : [{ words: `${command} ${exact.name}`, hint: afterName(exact) }];
  }
  return state.features.subcommands
    .filter((one) => one.name.startsWith(typed))
    .slice(0, MAX_HINTS)
    .map((one) => ({ words: `${command} ${one.name}`, hint: afterName(one) }));
}

/** The hint repeats the name that stands before it. */
const afterName = ({ name, hint }: { name: string; hint: string }): string =>
  hint.startsWith(`${name} `) || hint === name ? hint.slice(name.length).trim() : hint;
