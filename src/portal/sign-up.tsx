import type { Hono } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import { MAX_EMAIL_LENGTH } from '../domain/email-address.ts';
import type { Text } from '../languages/languages.ts';
import { likelyEmails } from '../operations/accounts/likely-emails.ts';
import { signUp } from '../operations/accounts/sign-up.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { type FieldErrors, fieldErrorsOf } from './field-errors.ts';
import { EmailField, emailIn, NameFields, namesIn } from './form.tsx';
import { ProviderButtons } from './provider-buttons.tsx';
import { say, speech, Words } from './say.tsx';
import { type Site, UNPROCESSABLE } from './site.tsx';
import { TermsNote } from './terms-note.tsx';

export const SIGN_UP_PATH = '/portal/sign-up';
const TITLE: Text = 'Sign up';

type NewDeveloper = { email: string; firstName: string; lastName: string };
const EMPTY: NewDeveloper = { email: '', firstName: '', lastName: '' };

/** Without self-service sign-up there is no such page. */
export function registerSignUp(portal: Hono<WebEnv>, site: Site): void {
  if (site.policy.signUp === 'off') return;
  portal.get(SIGN_UP_PATH, () =>
    site.sessionPage(null, say(TITLE), <SignUpForm site={site} typed={EMPTY} />),
  );
  portal.post(SIGN_UP_PATH, async (c) => {
    const fields = await site.guard.form(c);
    const typed = { email: emailIn(fields), ...namesIn(fields) };
    try {
      const likely = await requestAccount(c, site, { ...typed, kept: fields.get('kept') });
      if (likely) return likelyPage(site, { ...typed, likely, action: SIGN_UP_PATH });
    } catch (error) {
      const errors = fieldErrorsOf(error) ?? {};
      return site.page(say(TITLE), <SignUpForm site={site} typed={typed} errors={errors} />, UNPROCESSABLE);
    }
    return site.page(say('Check your inbox'), <ConfirmationSent email={typed.email} />);
  });
}

/**
 * Returns the email that was likely meant, and does nothing else, unless the developer was asked already and `kept` theirs.
 * `browserSecret`: of a person proved by a provider that doesn't vouch for the email.
 */
export async function requestAccount(
  c: WebContext,
  site: Site,
  { kept, ...typed }: NewDeveloper & { kept: string | undefined },
  browserSecret?: string,
): Promise<string | null> {
  const { email } = typed;
  if (kept !== email && email.length <= MAX_EMAIL_LENGTH) {
    const likely = (await likelyEmails(site.developerContext(c), { emails: [email] }))[email];
    if (likely) return likely;
  }
  try {
    if (!(await site.guard.mayRequestLink(c, 'signUp', email))) return null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // The operation refuses the email too, and names the other wrong fields with it.
  }
  await signUp(site.developerContext(c), {
    ...typed,
    language: speech().language.tag,
    ...(browserSecret ? { browserSecret } : {}),
  });
  return null;
}

/** Asks whether the email is mistyped. Either button sends the form again, with that email. */
export function likelyPage(
  site: Site,
  { email, likely, action, ...names }: NewDeveloper & { likely: string; action: string },
): Response {
  const title = say('Did you mean {email}?', { email: likely });
  return site.page(
    title,
    <>
      <p>
        {say(
          'You typed {email}. We ask because a mail to a mistyped email goes to someone else, or nowhere.',
          {
            email,
          },
        )}
      </p>
      <form method="post" action={action}>
        {Object.entries({ ...names, kept: email }).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button type="submit" name="email" value={likely}>
          {say('Yes, use {email}', { email: likely })}
        </button>
        <button className="quiet" type="submit" name="email" value={email}>
          {say('No, keep {email}', { email })}
        </button>
      </form>
    </>,
  );
}

function SignUpForm({ site, typed, errors }: { site: Site; typed: NewDeveloper; errors?: FieldErrors }) {
  const { organizationName, signUp: mode, signIn } = site.policy;
  return (
    <>
      <ProviderButtons site={site} />
      {site.policy.signIn.providers.length > 0 ? (
        <p className="hint or">{say('or with your email')}</p>
      ) : null}
      <p>
        {say(
          signIn.hasPasswords
            ? 'We’ll mail you a link to confirm your email and choose a password.'
            : 'We’ll mail you a link to confirm your email and choose how you sign in.',
        )}
        {mode === 'approval'
          ? ` ${say('Then someone at {organization} approves your account, and we’ll write to you.', { organization: organizationName })}`
          : ''}
      </p>
      <form method="post" action={SIGN_UP_PATH}>
        <EmailField value={typed.email} errors={errors} />
        <NameFields names={typed} errors={errors} />
        <TermsNote brand={site.policy.brand} />
        <button type="submit">{say('Sign up')}</button>
      </form>
      <p>
        <Words
          text="Already have an account? <link>Sign in</link>"
          link={(words) => (
            <a className="way" href="/portal/sign-in">
              {words}
            </a>
          )}
        />
      </p>
    </>
  );
}

/** The same page for every email, so that it doesn't tell which ones have an account. */
export function ConfirmationSent({ email }: { email: string }) {
  return (
    <>
      <p>
        <Words text="We’ve mailed <b>{email}</b> the next step. It may take a few minutes." email={email} />
      </p>
      <p className="hint">{say('Nothing after a few minutes? Look in your spam folder, or write to us.')}</p>
    </>
  );
}
