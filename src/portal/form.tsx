// The pieces that the forms are made of: a label, a field, its hint, and beside it what is wrong with it.
import type { ReactNode } from 'react';
import type { Faults } from './faults.ts';

/** Azure's limit of first and last names, which the operations hold to. */
export const MAX_NAME_LENGTH = 100;

/** A box to tick, its words beside it. */
export function Tick(props: { name: string; label: string; faults: Faults | undefined }) {
  const { name, label, faults = {} } = props;
  const fault = faults[name];
  return (
    <>
      <div className="tick">
        <input
          id={name}
          name={name}
          type="checkbox"
          value="yes"
          required
          {...(fault ? { 'aria-describedby': `${name}-fault`, 'aria-invalid': true } : {})}
        />
        <label htmlFor={name}>{label}</label>
      </div>
      {fault ? (
        <p className="fault" id={`${name}-fault`}>
          {fault}
        </p>
      ) : null}
    </>
  );
}

type FieldProps = {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  autoComplete: string;
  value?: string | undefined;
  hint?: string;
  /** For names only: a browser cuts off in silence what is pasted, and half an address or password is another one. */
  maxLength?: number;
  faults: Faults | undefined;
};

/** The first field with a fault has the focus: who reads by ear hears it first, with what is wrong. */
export function Field(props: FieldProps) {
  const { name, label, type = 'text', autoComplete, value, hint, maxLength, faults = {} } = props;
  const fault = faults[name];
  const isFirst = fault !== undefined && Object.keys(faults)[0] === name;
  const describedBy = [fault ? `${name}-fault` : '', hint ? `${name}-hint` : ''].filter(Boolean).join(' ');
  return (
    <>
      <label htmlFor={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        autoComplete={autoComplete}
        defaultValue={value}
        {...(maxLength ? { maxLength } : {})}
        required
        {...(type === 'email' ? { inputMode: 'email', autoCapitalize: 'none', spellCheck: false } : {})}
        {...(describedBy ? { 'aria-describedby': describedBy } : {})}
        {...(fault ? { 'aria-invalid': true, autoFocus: isFirst } : {})}
      />
      {fault ? (
        <p className="fault" id={`${name}-fault`}>
          {fault}
        </p>
      ) : null}
      {hint ? (
        <p className="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
    </>
  );
}

/** `username` lets a password manager keep the new password under the address that it belongs to. */
export function NewPassword(props: { minLength: number; username?: string; faults: Faults | undefined }) {
  const { minLength, username, faults } = props;
  return (
    <>
      {username ? (
        <input type="email" name="username" value={username} autoComplete="username" readOnly hidden />
      ) : null}
      <Field
        name="password"
        label="New password"
        type="password"
        autoComplete="new-password"
        hint={`At least ${minLength} characters. A few words in a row are easy to remember.`}
        faults={faults}
      />
    </>
  );
}

/** The one that counts now: of whoever signs in, or is signed in and asked again. */
export function CurrentPassword(props: { name?: string; label?: string; faults: Faults | undefined }) {
  const { name = 'currentPassword', label = 'Present password', faults } = props;
  return <Field name={name} label={label} type="password" autoComplete="current-password" faults={faults} />;
}

/** A form whose ticket travels inside it, so that no address but the mailed link ever holds one. */
export function TicketForm(props: { action: string; ticket: string; button: string; children?: ReactNode }) {
  return (
    <form method="post" action={props.action}>
      <input type="hidden" name="ticket" value={props.ticket} />
      {props.children}
      <button type="submit">{props.button}</button>
    </form>
  );
}

export function inWords(at: Date): string {
  const day = at.toLocaleDateString('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  return `${day} at ${at.toISOString().slice(11, 16)} UTC`;
}
