// A combobox: type to narrow down, arrows and Enter to choose. For fixed options and for those that the app suggests.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { Dict } from '../../shapes.ts';
import { plain } from './mrkdwn.tsx';
import { OptionList } from './option-list.tsx';

const ASK_AFTER_MS = 200;

type ComboboxProps = {
  label: string;
  placeholder: string;
  /** Fixed options, filtered here; or `suggest`, which asks the app from `minLength` characters on. */
  options?: Dict[];
  suggest?: (typed: string) => Promise<Dict[]>;
  minLength?: number;
  chosen: Dict[];
  isPlural: boolean;
  isInvalid: boolean;
  describedBy: string | undefined;
  onChoose: (options: Dict[]) => void;
};

export function Combobox(o: ComboboxProps): ReactNode {
  const id = useId();
  const combobox = useCombobox(o);
  const { isOpen, setOpen, typed, type, options, active } = combobox;
  const only = o.isPlural ? undefined : o.chosen[0];
  const onlyText = only && plain(only.text);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears that the focus left its parts
    <div
      className="combobox"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      {o.isPlural && <Chips chosen={o.chosen} onRemove={combobox.choose} />}
      <input
        role="combobox"
        aria-label={o.label}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && options.length > 0 ? `${id}-list-${active}` : undefined}
        aria-invalid={o.isInvalid || undefined}
        aria-describedby={o.describedBy}
        autoComplete="off"
        placeholder={onlyText ?? o.placeholder}
        className={only && 'has-choice'}
        value={isOpen ? typed : (onlyText ?? typed)}
        onFocus={() => combobox.setTyped('')}
        onClick={() => setOpen(true)}
        onChange={(event) => type(event.target.value)}
        onKeyDown={combobox.onKey}
      />
      {only !== undefined && (
        <button
          type="button"
          className="quiet"
          aria-label={`Clear ${o.label}`}
          onClick={() => o.onChoose([])}
        >
          ×
        </button>
      )}
      {isOpen && (
        <OptionList
          id={`${id}-list`}
          className="options"
          label={`${o.label}: options`}
          active={active}
          empty={combobox.words}
          options={options.map((option) => ({
            key: String(option.value),
            words: plain(option.text),
            isChosen: combobox.isChosen(option),
            onChoose: () => combobox.choose(option),
          }))}
        />
      )}
    </div>
  );
}

/** What is typed, what is offered for it, and what the keys do. */
function useCombobox(o: ComboboxProps) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const { options, words } = useOptions(o, typed, isOpen);
  const isChosen = (option: Dict): boolean => o.chosen.some((one) => one.value === option.value);

  function choose(option: Dict): void {
    if (!o.isPlural) o.onChoose([option]);
    else if (isChosen(option)) o.onChoose(o.chosen.filter((one) => one.value !== option.value));
    else o.onChoose([...o.chosen, option]);
    setTyped('');
    if (!o.isPlural) setOpen(false);
  }

  function type(text: string): void {
    setTyped(text);
    setActive(0);
    setOpen(true);
  }

  function onKey(event: KeyboardEvent): void {
    const option = options[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((active + step + options.length) % Math.max(options.length, 1));
    } else if (event.key === 'Enter' && isOpen && option !== undefined) {
      event.preventDefault();
      choose(option);
    } else if (event.key === 'Escape' && isOpen) {
      // Closes the list, not the modal around it.
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  }

  return { isOpen, setOpen, typed, setTyped, active, options, words, isChosen, choose, type, onKey };
}

/** The options for the typed words; asks the app a moment after the last key. `words`: shown without options. */
function useOptions({ options, suggest, minLength = 0 }: ComboboxProps, typed: string, isOpen: boolean) {
  const [suggested, setSuggested] = useState<Dict[]>([]);
  const [isAsking, setAsking] = useState(false);
  const latest = useRef(suggest);
  latest.current = suggest;
  const isTooShort = typed.length < minLength;
  useEffect(() => {
    if (latest.current === undefined || !isOpen) return;
    if (isTooShort) {
      setSuggested([]);
      return;
    }
    let isStale = false;
    setAsking(true);
    const timer = setTimeout(async () => {
      const found = (await latest.current?.(typed)) ?? [];
      if (isStale) return;
      setSuggested(found);
      setAsking(false);
    }, ASK_AFTER_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [typed, isTooShort, isOpen]);
  const fits = (option: Dict): boolean => plain(option.text).toLowerCase().includes(typed.toLowerCase());
  return {
    options: options?.filter(fits) ?? suggested,
    words: isTooShort ? 'Keep typing to search' : isAsking ? 'Looking…' : 'No results',
  };
}

function Chips({ chosen, onRemove }: { chosen: Dict[]; onRemove: (option: Dict) => void }): ReactNode {
  if (chosen.length === 0) return null;
  return (
    <ul className="chips">
      {chosen.map((option) => (
        <li key={String(option.value)}>
          {plain(option.text)}
          <button type="button" aria-label={`Remove ${plain(option.text)}`} onClick={() => onRemove(option)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
