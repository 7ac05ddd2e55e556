import { type ReactNode, useRef, useState } from 'react';
import { shareFile } from './api.ts';

/** A file is sent by itself, as soon as it is chosen. */
export function Attach({ me, channel, name }: { me: string; channel: string; name: string }): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  const [trouble, setTrouble] = useState('');
  async function send(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    const isSent = await shareFile(me, channel, file);
    setTrouble(isSent ? '' : `${file.name} could not be sent: at most 20 MB`);
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

/** Drawn: not every machine has a font with the sign. */
const Paperclip = (): ReactNode => (
  <svg
    aria-hidden="true"
    width="13"
    height="14"
    viewBox="0 0 13 14"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
    strokeLinecap="round"
  >
    <path d="M11.5 6.5 6.4 11.6a3 3 0 0 1-4.3-4.3l5-5a2 2 0 0 1 2.9 2.9L5 10.2a1 1 0 0 1-1.4-1.4l4.3-4.3" />
  </svg>
);
