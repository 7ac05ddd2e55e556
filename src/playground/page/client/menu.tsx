import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';

export type MenuItem = { key: string; words: string; hint?: string; onChoose: () => void };

/** Where what is around it ends: below that, it would be cut off. */
function roomBelow(list: HTMLElement | null): number {
  const around = list?.closest('.messages, .home, .modal-body, .composer');
  return around?.getBoundingClientRect().bottom ?? window.innerHeight;
}

/** A button that opens a short menu; arrows move, Escape closes. */
export function Menu({ label, face, items }: { label: string; face: string; items: MenuItem[] }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [isAbove, setAbove] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const { bottom, height } = list.current?.getBoundingClientRect() ?? { bottom: 0, height: 0 };
    const top = opener.current?.getBoundingClientRect().top ?? 0;
    setAbove(bottom > roomBelow(list.current) && top > height);
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
        <div role="menu" aria-label={label} className={`menu-list ${isAbove ? 'is-above' : ''}`} ref={list}>
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
