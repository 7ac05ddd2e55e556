import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { type PageState, post } from './api.ts';

type MenuProps = {
  label: string;
  face: string;
  items: { key: string; words: string; hint?: string | undefined; onChoose: () => void }[];
};

/** A button that opens a short menu; arrows move, Escape closes. */
export function Menu({ label, face, items }: MenuProps): ReactNode {
  const { isOpen, setOpen, isAbove, opener, list, close, onKey } = useMenu();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears the keys of the buttons inside
    <div
      className="menu"
      onKeyDown={onKey}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      <button
        ref={opener}
        type="button"
        className="button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {face}
      </button>
      {isOpen && (
        <div role="menu" aria-label={label} className={`popup ${isAbove ? 'is-above' : ''}`} ref={list}>
          {items.map((item) => (
            <button
              type="button"
              role="menuitem"
              key={item.key}
              onClick={() => {
                close();
                item.onChoose();
              }}
            >
              {item.words}
              {item.hint !== undefined && <small>{item.hint}</small>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** The app's global shortcuts, or its shortcuts for a message. */
export function Shortcuts(o: {
  state: PageState;
  type: 'global' | 'message';
  label: string;
  face: string;
  place?: { channel: string; ts: string };
}): ReactNode {
  const items = o.state.features.shortcuts
    .filter((one) => one.type === o.type)
    .map(({ callback_id: callbackId, name, description }) => ({
      key: callbackId,
      words: name,
      hint: description,
      onChoose: () => void post('shortcut', { as: o.state.me, callbackId, ...o.place }),
    }));
  return items.length > 0 && <Menu label={o.label} face={o.face} items={items} />;
}

function useMenu() {
  const [isOpen, setOpen] = useState(false);
  const [isAbove, setAbove] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const { bottom, height } = list.current?.getBoundingClientRect() ?? { bottom: 0, height: 0 };
    const top = opener.current?.getBoundingClientRect().top ?? 0;
    setAbove(bottom > endOfRoom(list.current) && top > height);
    list.current?.querySelector('button')?.focus();
    return () => setAbove(false);
  }, [isOpen]);
  function close(): void {
    setOpen(false);
    opener.current?.focus();
  }
  function onKey(event: KeyboardEvent): void {
    if (!isOpen) return;
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      buttons[(at + step + buttons.length) % buttons.length]?.focus();
    }
  }
  return { isOpen, setOpen, isAbove, opener, list, close, onKey };
}

/** The bottom of the area around the list, which cuts off what is below. */
const endOfRoom = (list: HTMLElement | null): number =>
  list?.closest('.messages, .home, .dialog-body, .composer')?.getBoundingClientRect().bottom ??
  window.innerHeight;
