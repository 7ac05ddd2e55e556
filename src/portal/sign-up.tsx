import type { Hono } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import { signUp } from '../operations/accounts/sign-up.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { type FieldErrors, fieldErrorsOf } from './field-errors.ts';
import { EmailField, emailIn, NameFields, namesIn } from './form.tsx';
import { type Site, UNPROCESSABLE } from './site.tsx';

export const SIGN_UP_PATH = '/portal/sign-up';
const TITLE = 'Sign up';

type NewDeveloper = { email: string; firstName: string; lastName: string };
const EMPTY: NewDeveloper = { email: '', firstName: '', lastName: '' };

/** Without self-service sign-up there is no such page. */
export function registerSignUp(portal: Hono<WebEnv>, site: Site): void {
  if (site.policy.signUp === 'off') return;
  portal.get(SIGN_UP_PATH, () => site.page(TITLE, <SignUpForm site={site} typed={EMPTY} />));
  portal.post(SIGN_UP_PATH, async (c) => {
    const fields = await site.guard.form(c);
    const typed = { email: emailIn(fields), ...namesIn(fields) };
    try {
      await requestAccount(c, site, typed);
    } catch (error) {
      const errors = fieldErrorsOf(error) ?? {};
      return site.page(TITLE, <SignUpForm site={site} typed={typed} errors={errors} />, UNPROCESSABLE);
    }
    return site.page('Check your inbox', <ConfirmationSent email={typed.email} />);
  });
}

async function requestAccount(c: WebContext, site: Site, typed: NewDeveloper): Promise<void> {
  try {
    if (!(await site.guard.mayRequestLink(c, 'signUp', typed.email))) return;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // The operation refuses the email too, and names the other wrong fields with it.
  }
  await signUp(site.developerContext(c), typed);
}

function SignUpForm({ site, typed, errors }: { site: Site; typed: NewDeveloper; errors?: FieldErrors }) {
  const { organizationName, signUp: mode } = site.policy;
  return (
    <>
      <p>
        We’ll mail you a link to confirm your email and choose a password.
        {mode === 'approval'
          ? ` Then someone at ${organizationName} approves your account, and we’ll write to you.`
          : ''}
      </p>
      <form method="post" action={SIGN_UP_PATH}>
        <EmailField value={typed.email} errors={errors} />
        <NameFields names={typed} errors={errors} />
        <button type="submit">Sign up</button>
      </form>
      <p>
        Already have an account?{' '}
        <a className="way" href="/portal/sign-in">
          Sign in
        </a>
      </p>
    </>
  );
}

/** The same page for every email, so that it doesn't tell which ones have an account. */
function ConfirmationSent({ email }: { email: string }) {
  return (
    <>
      <p>
        We’ve mailed <strong>{email}</strong> the next step. It may take a few minutes.
      </p>
      <p className="hint">Nothing after a few minutes? Look in your spam folder, or write to us.</p>
    </>
  );
}
