import type { Hono } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import type { Text } from '../languages/languages.ts';
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
      await requestAccount(c, site, typed);
    } catch (error) {
      const errors = fieldErrorsOf(error) ?? {};
      return site.page(say(TITLE), <SignUpForm site={site} typed={typed} errors={errors} />, UNPROCESSABLE);
    }
    return site.page(say('Check your inbox'), <ConfirmationSent email={typed.email} />);
  });
}

/** `browserSecret`: of a person proved by a provider that doesn't vouch for the email. */
export async function requestAccount(
  c: WebContext,
  site: Site,
  typed: NewDeveloper,
  browserSecret?: string,
): Promise<void> {
  try {
    if (!(await site.guard.mayRequestLink(c, 'signUp', typed.email))) return;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // The operation refuses the email too, and names the other wrong fields with it.
  }
  await signUp(site.developerContext(c), {
    ...typed,
    language: speech().language.tag,
    ...(browserSecret ? { browserSecret } : {}),
  });
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
