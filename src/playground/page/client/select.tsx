// A combobox: type to narrow down, arrows and Enter to choose. For fixed options and for those the app is asked for.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { type Dict, dictsOf } from '../../shapes.ts';
import { plain } from './mrkdwn.tsx';

export type Found = { options: Dict[]; groups: Dict[] };
type Row = { group: string; option: Dict };

const rowsOf = ({ options, groups }: Found): Row[] => [
  ...options.map((option) => ({ group: '', option })),
  ...groups.flatMap((group) =>
    dictsOf(group.options).map((option) => ({ group: plain(group.label), option })),
  ),
];

const ASK_AFTER_MS = 200;

/** The rows for what is typed: narrowed here, or asked from the app a moment after the last key. */
function useRows(
  o: { found: Found; ask: ((typed: string) => Promise<Found>) | null; min: number },
  typed: string,
  isOpen: boolean,
) {
  const [asked, setAsked] = useState<Row[]>([]);
  const [isAsking, setAsking] = useState(false);
  const { ask, min } = o;
  const askNow = useRef(ask);
  askNow.current = ask;
  const isExternal = ask !== null;
  useEffect(() => {
    if (!isExternal || !isOpen) return;
    if (typed.length < min) {
      setAsked([]);
      return;
    }
    let isStale = false;
    setAsking(true);
    const timer = setTimeout(async () => {
      const found = await askNow.current?.(typed);
      if (isStale) return;
      setAsked(found === undefined ? [] : rowsOf(found));
      setAsking(false);
    }, ASK_AFTER_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [isExternal, typed, min, isOpen]);
  const narrowed = useMemo(
    () =>
      rowsOf(o.found).filter(({ option }) => plain(option.text).toLowerCase().includes(typed.toLowerCase())),
    [o.found, typed],
  );
  return { rows: isExternal ? asked : narrowed, isAsking };
}

type ComboboxProps = {
  label: string;
  placeholder: string;
  found: Found;
  ask: ((typed: string) => Promise<Found>) | null;
  min: number;
  chosen: Dict[];
  isPlural: boolean;
  isInvalid: boolean;
  describedBy?: string;
  hasFocus?: boolean;
  onChoose: (options: Dict[]) => void;
};

/** What is typed, what is offered for it, and what the keys do. */
function useCombobox(o: ComboboxProps) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const { rows, isAsking } = useRows(o, typed, isOpen);
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
    const row = rows[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((active + step + rows.length) % Math.max(rows.length, 1));
    } else if (event.key === 'Enter' && isOpen && row !== undefined) {
      event.preventDefault();
      choose(row.option);
    } else if (event.key === 'Escape' && isOpen) {
      // The list closes, not the modal around it.
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  }

  return { isOpen, setOpen, typed, setTyped, active, rows, isAsking, isChosen, choose, type, onKey };
}

type Combo = ReturnType<typeof useCombobox>;

export function Combobox(o: ComboboxProps): ReactNode {
  const id = useId();
  const combo = useCombobox(o);
  const { isOpen, setOpen, typed } = combo;
  const only = o.isPlural ? undefined : o.chosen[0];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears that the focus left its parts
    <div
      className="combobox"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      {o.isPlural && <Chips chosen={o.chosen} onRemove={combo.choose} />}
      <div className="combobox-line">
        <input
          role="combobox"
          aria-label={o.label}
          aria-expanded={isOpen}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && combo.rows.length > 0 ? `${id}-${combo.active}` : undefined}
          aria-invalid={o.isInvalid || undefined}
          aria-describedby={o.describedBy}
          autoComplete="off"
          data-focus={o.hasFocus ? '' : undefined}
          placeholder={only === undefined ? o.placeholder : plain(only.text)}
          className={only === undefined ? '' : 'has-choice'}
          value={isOpen || only === undefined ? typed : plain(only.text)}
          onFocus={() => combo.setTyped('')}
          onClick={() => setOpen(true)}
          onChange={(event) => combo.type(event.target.value)}
          onKeyDown={combo.onKey}
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
      </div>
      {isOpen && (
        <Options id={id} label={o.label} combo={combo} isTooShort={o.ask !== null && typed.length < o.min} />
      )}
    </div>
  );
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

function Options(o: { id: string; label: string; combo: Combo; isTooShort: boolean }): ReactNode {
  const { rows, active, isChosen, choose, isAsking } = o.combo;
  const list = useRef<HTMLDivElement>(null);
  const count = rows.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what came for the typed words may reach below the modal's edge
  useEffect(() => {
    list.current?.scrollIntoView({ block: 'nearest' });
  }, [count]);
  useEffect(() => {
    list.current?.querySelector(`[id="${o.id}-${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [o.id, active]);
  return (
    <div ref={list} className="options" id={`${o.id}-list`} role="listbox" aria-label={`${o.label}: options`}>
      {rows.map(({ group, option }, i) => (
        <OptionRow
          key={`${group}/${String(option.value)}`}
          id={`${o.id}-${i}`}
          group={group !== rows[i - 1]?.group ? group : ''}
          option={option}
          isActive={i === active}
          isChosen={isChosen(option)}
          onChoose={() => choose(option)}
        />
      ))}
      {rows.length === 0 && (
        <div className="nothing" role="presentation">
          {o.isTooShort ? 'Keep typing to search' : isAsking ? 'Looking…' : 'No results'}
        </div>
      )}
    </div>
  );
}

function OptionRow(o: {
  id: string;
  group: string;
  option: Dict;
  isActive: boolean;
  isChosen: boolean;
  onChoose: () => void;
}): ReactNode {
  return (
    <>
      {o.group !== '' && (
        <div className="group" role="presentation">
          {o.group}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the combobox that owns the list */}
      <div
        id={o.id}
        role="option"
        tabIndex={-1}
        aria-selected={o.isChosen}
        className={o.isActive ? 'active' : ''}
        onMouseDown={(event) => event.preventDefault()}
        onClick={o.onChoose}
      >
        {plain(o.option.text)}
        {o.option.description !== undefined && <small>{plain(o.option.description)}</small>}
      </div>
    </>
  );
}
