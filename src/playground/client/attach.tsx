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
        className="quiet"
        aria-label="Attach a file"
        title="Attach a file"
        onClick={() => field.current?.click()}
      >
        📎
      </button>
      {trouble !== '' && (
        <span className="error" role="alert">
          {trouble}
        </span>
      )}
    </>
  );
}
