// The parts of the portal's forms: fields with a label, a hint and an error.
import type { ReactNode } from 'react';
import { canonicalEmail } from '../domain/email-address.ts';
import { readEmailList } from '../domain/email-list.ts';
import { tooShort } from '../domain/password-rule.ts';
import { MAX_NAME_LENGTH, type Names } from '../domain/person-name.ts';
import type { FormFields } from '../web/read-form.ts';
import type { FieldErrors } from './field-errors.ts';
import { say } from './say.tsx';

export function Tick(props: { name: string; label: string; errors: FieldErrors | undefined }) {
  const { name, label, errors = {} } = props;
  const error = errors[name];
  return (
    <>
      <div className="tick">
        <input
          id={name}
          name={name}
          type="checkbox"
          value="yes"
          required
          {...(error ? { 'aria-describedby': `${name}-fault`, 'aria-invalid': true } : {})}
        />
        <label htmlFor={name}>{label}</label>
      </div>
      <FieldError name={name} error={error} />
    </>
  );
}

type FieldProps = {
  name: string;
  label: string;
  /** `email` is not the browser's own kind, which refuses `Ann <ann@example.com>` before we can read it. */
  type?: 'text' | 'email' | 'password';
  autoComplete: string;
  value?: string | undefined;
  hint?: string;
  /** For names only: a browser silently cuts a pasted text, and half an email or password is a different one. */
  maxLength?: number;
  isOptional?: boolean;
  errors: FieldErrors | undefined;
};

/** The first field with an error has the focus, so that a screen reader reads its error first. */
export function Field(props: FieldProps) {
  const { name, label, type = 'text', autoComplete, value, hint, maxLength, isOptional, errors = {} } = props;
  const error = errors[name];
  const isFirst = error !== undefined && Object.keys(errors)[0] === name;
  const describedBy = [error ? `${name}-fault` : '', hint ? `${name}-hint` : ''].filter(Boolean).join(' ');
  return (
    <>
      <label htmlFor={name}>{label}</label>
      <div className="field">
        <input
          id={name}
          name={name}
          type={type === 'password' ? type : 'text'}
          autoComplete={autoComplete}
          defaultValue={value}
          {...(maxLength ? { maxLength } : {})}
          required={!isOptional}
          {...(type === 'email'
            ? { inputMode: 'email', autoCapitalize: 'none', autoCorrect: 'off', spellCheck: false }
            : {})}
          {...(describedBy ? { 'aria-describedby': describedBy } : {})}
          {...(error ? { 'aria-invalid': true, autoFocus: isFirst } : {})}
        />
      </div>
      <FieldError name={name} error={error} />
      {hint ? (
        <p className="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
    </>
  );
}

function FieldError({ name, error }: { name: string; error: string | undefined }) {
  return error ? (
    <p className="fault" id={`${name}-fault`}>
      {error}
    </p>
  ) : null;
}

export function EmailField(props: {
  label?: string;
  autoComplete?: 'email' | 'username';
  value?: string | undefined;
  errors: FieldErrors | undefined;
}) {
  const { label = say('Email'), autoComplete = 'email', value, errors } = props;
  return (
    <Field
      name="email"
      label={label}
      type="email"
      autoComplete={autoComplete}
      value={value}
      errors={errors}
    />
  );
}

/** An email with a name and brackets is shorter. Reading a list takes its time, and a visitor may send a long one. */
const MAX_PASTED_LENGTH = 1_000;

/** The email in what a person pasted. A text that isn't one email stays as it is, for the operation to refuse. */
export function emailIn(fields: FormFields): string {
  const typed = fields.get('email') ?? '';
  if (typed.length > MAX_PASTED_LENGTH || canonicalEmail(typed) !== null) return typed;
  const { emails, faults } = readEmailList(typed);
  const [only, ...more] = emails;
  return only && more.length === 0 && faults.length === 0 ? only.email : typed;
}

export function NameFields({ names, errors }: { names: Names; errors: FieldErrors | undefined }) {
  const { firstName, lastName } = names;
  const name = { maxLength: MAX_NAME_LENGTH, errors };
  return (
    <>
      <Field
        {...name}
        name="firstName"
        label={say('First name')}
        autoComplete="given-name"
        value={firstName}
      />
      <Field
        {...name}
        name="lastName"
        label={say('Last name (if you have one)')}
        autoComplete="family-name"
        value={lastName}
        isOptional
      />
    </>
  );
}

export const namesIn = (fields: FormFields): Names => ({
  firstName: fields.get('firstName') ?? '',
  lastName: fields.get('lastName') ?? '',
});

/** `username` lets a password manager store the new password under the right email. */
export function NewPassword(props: {
  minLength: number;
  username?: string;
  errors: FieldErrors | undefined;
}) {
  const { minLength, username, errors } = props;
  // The error says it again.
  const isShort = errors?.password === say(tooShort(minLength));
  return (
    <>
      {username ? (
        <input type="email" name="username" value={username} autoComplete="username" readOnly hidden />
      ) : null}
      <Field
        name="password"
        label={say('New password')}
        type="password"
        autoComplete="new-password"
        {...(isShort
          ? {}
          : {
              hint: say('At least {minLength} characters. A few words in a row are easy to remember.', {
                minLength,
              }),
            })}
        errors={errors}
      />
    </>
  );
}

export function CurrentPassword(props: { name?: string; label?: string; errors: FieldErrors | undefined }) {
  const { name = 'currentPassword', label = say('Current password'), errors } = props;
  return <Field name={name} label={label} type="password" autoComplete="current-password" errors={errors} />;
}

/** A form with one button. `label` is what a screen reader says instead of the button's words. */
export function Form(props: {
  action: string;
  button: string;
  label?: string;
  isQuiet?: boolean;
  /** Where scripts run, it is sent by itself. */
  goesOn?: boolean;
  hidden?: Readonly<Record<string, string>>;
  children?: ReactNode;
}) {
  const { action, button, label, isQuiet = false, goesOn = false, hidden = {}, children } = props;
  return (
    <form method="post" action={action} data-goes-on={goesOn || undefined}>
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
      <button type="submit" className={isQuiet ? 'quiet' : undefined} aria-label={label}>
        {button}
      </button>
    </form>
  );
}

/** Posts the ticket as a field, so that only the mailed link has it in an address. */
export const TicketForm = ({ ticket, ...form }: Parameters<typeof Form>[0] & { ticket: string }) => (
  <Form hidden={{ ticket }} {...form} />
);
