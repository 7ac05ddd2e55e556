// The composer's suggestions: subcommands with the manifest's hints, and people after an @.
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import type { PageState } from './api.ts';
import { OptionList } from './option-list.tsx';

/** `text` replaces the composer's text; null for a hint that only shows what may follow. */
type Hint = { key: string; words: string; note: string; text: string | null };

/** Arrows choose, Tab or Enter takes it, Escape closes the list. Until an arrow was pressed, Enter sends. */
export function useHints(state: PageState, text: string, onChoose: (text: string) => void) {
  const [chosen, setChosen] = useState({ text: '', at: -1, isClosed: false });
  const { at, isClosed } = chosen.text === text ? chosen : { at: -1, isClosed: false };
  const hints = isClosed ? [] : hintsFor(state, text);

  /** Whether the key was for the list. */
  function takesKey(event: KeyboardEvent): boolean {
    if (hints.length === 0 || event.nativeEvent.isComposing) return false;
    if (event.key === 'Escape') setChosen({ text, at: -1, isClosed: true });
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const next = event.key === 'ArrowDown' ? at + 1 : at < 0 ? hints.length - 1 : at - 1;
      setChosen({ text, at: next >= hints.length ? -1 : next, isClosed: false });
    } else if ((event.key === 'Tab' && !event.shiftKey) || (event.key === 'Enter' && at >= 0)) {
      const taken = hints[Math.max(at, 0)]?.text ?? null;
      if (taken === null) return false;
      onChoose(taken);
    } else return false;
    event.preventDefault();
    return true;
  }
  return { hints, at, takesKey };
}

export function Hints(o: {
  id: string;
  hints: Hint[];
  at: number;
  onChoose: (text: string) => void;
}): ReactNode {
  if (o.hints.length === 0) return null;
  return (
    <OptionList
      id={o.id}
      className="hints is-above"
      label="Suggestions"
      active={o.at}
      empty=""
      options={o.hints.map(({ key, words, note, text }, i) => ({
        key,
        words: (
          <>
            <b>{words}</b> <span>{note}</span>
          </>
        ),
        isChosen: i === o.at,
        onChoose: () => text !== null && o.onChoose(text),
      }))}
    />
  );
}

function hintsFor(state: PageState, text: string): Hint[] {
  if (text.includes('\n')) return [];
  const mention = /(?:^|[\s:])@([\w.-]*)$/.exec(text)?.[1];
  if (mention !== undefined) return people(state, text.slice(0, text.length - mention.length), mention);
  return text.startsWith('/') ? commands(state, text) : [];
}

const people = (state: PageState, before: string, typed: string): Hint[] =>
  state.people
    .filter((one) => one.canBeMe && one.name.startsWith(typed.toLowerCase()))
    .map(({ id, name, realName }) => ({
      key: id,
      words: `@${name}`,
      note: realName,
      text: `${before}${name} `,
    }));

function commands({ app: { command }, features }: PageState, text: string): Hint[] {
  if (command.startsWith(text))
    return [{ key: command, words: command, note: 'manage developer accounts', text: `${command} ` }];
  if (!text.startsWith(`${command} `)) return [];
  const typed = text.slice(command.length + 1);
  const all = features.subcommands.map(({ name, hint }) => ({
    key: name,
    words: `${command} ${name}`,
    // The hint repeats the name that stands before it.
    note: hint.startsWith(`${name} `) || hint === name ? hint.slice(name.length).trim() : hint,
    text: `${command} ${name} `,
  }));
  if (!typed.includes(' ')) return all.filter((hint) => hint.key.startsWith(typed));
  return all
    .filter((hint) => typed === `${hint.key} ` && hint.note !== '')
    .map((hint) => ({ ...hint, text: null }));
}
