import type { ReactNode } from 'react';

export function Notice({ children }: { children: ReactNode }) {
  return (
    <p className="notice" role="status">
      {children}
    </p>
  );
}

/** An error of the whole form. Screen readers read it at once. */
export function Alert({ children }: { children: ReactNode }) {
  return (
    <p className="notice bad" role="alert">
      {children}
    </p>
  );
}
