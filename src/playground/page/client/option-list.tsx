import { type ReactNode, useEffect, useRef } from 'react';

/** The options below a combobox or above the composer. The field that owns the list handles the keys. */
export function OptionList(o: {
  id: string;
  label: string;
  className: string;
  /** Shown when there are no options. */
  empty: string;
  /** The option that Enter takes; -1 for none. */
  active: number;
  options: { key: string; words: ReactNode; isChosen: boolean; onChoose: () => void }[];
}): ReactNode {
  const { active, options } = o;
  const list = useRef<HTMLDivElement>(null);
  const count = options.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a longer list may reach below the modal's edge
  useEffect(() => {
    list.current?.scrollIntoView({ block: 'nearest' });
  }, [count]);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div ref={list} className={`popup ${o.className}`} id={o.id} role="listbox" aria-label={o.label}>
      {options.map(({ key, words, isChosen, onChoose }, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field that owns the list handles the keys
        <div
          key={key}
          id={`${o.id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={isChosen}
          className={i === active ? 'active' : ''}
          onMouseDown={(event) => event.preventDefault()}
          onClick={onChoose}
        >
          {words}
        </div>
      ))}
      {count === 0 && (
        <div className="note" role="presentation">
          {o.empty}
        </div>
      )}
    </div>
  );
}
