import type { ReactNode } from 'react';

/** What was just done. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <p className="notice" role="status">
      {children}
    </p>
  );
}

/** What went wrong with the whole of a form; read out at once by who reads by ear. */
export function Alert({ children }: { children: ReactNode }) {
  return (
    <p className="notice bad" role="alert">
      {children}
    </p>
  );
}
