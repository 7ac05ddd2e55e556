const COMPOSER = '.composer textarea';

/** Remembers what has the focus; the answer gives it back, or to the composer when that is no longer there. */
export function keepFocus(): () => void {
  const before = document.activeElement;
  return () => {
    const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body;
    (isThere ? before : document.querySelector<HTMLElement>(COMPOSER))?.focus();
  };
}
