import type { Hono } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import type { Text } from '../languages/languages.ts';
import { signIn } from '../operations/sessions/sign-in.ts';
import { signOut } from '../operations/sessions/sign-out.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { forgotTitle } from './ask-for-link.tsx';
import { type FieldErrors, fieldErrorsOf } from './field-errors.ts';
import { CurrentPassword, EmailField, emailIn, Form, NewPassword } from './form.tsx';
import { MailTo } from './mail-to.tsx';
import { Alert, Link, NoAccountYet } from './page-parts.tsx';
import { leadTo, OrWithPassword, ProviderButtons } from './provider-buttons.tsx';
import { say, Words } from './say.tsx';
import { type Site, UNPROCESSABLE } from './site.tsx';

const PATH = '/portal/sign-in';
const REPLACE_PATH = '/portal/sign-in/new-password';
const TITLE: Text = 'Sign in';
const REPLACE_TITLE: Text = 'Choose your own password';
export const FORBIDDEN = 403;

export function registerSignIn(portal: Hono<WebEnv>, site: Site): void {
  portal.get(PATH, async (c) => {
    if (await site.me(c)) return c.redirect(site.takeReturnPage(c), 303);
    return site.sessionPage(null, say(TITLE), <SignInForm site={site} />);
  });
  portal.get(REPLACE_PATH, (c) => c.redirect(PATH, 303));

  portal.post(PATH, async (c) => {
    const form = await site.guard.sessionForm(c);
    const email = emailIn(form);
    const again = (errors: FieldErrors, words?: string) =>
      site.sessionPage(
        null,
        say(TITLE),
        <SignInForm site={site} email={email} errors={errors} words={words} />,
        UNPROCESSABLE,
      );
    try {
      return await startSession(c, site, { email, password: form.get('password') ?? '' });
    } catch (error) {
      return signInErrorPage(site, email, error, {
        wrong: () => again({}, say('Wrong email or password.')),
        invalid: again,
      });
    }
  });

  portal.post(REPLACE_PATH, async (c) => {
    const form = await site.guard.sessionForm(c);
    const email = emailIn(form);
    const again = (errors: FieldErrors) =>
      site.sessionPage(
        null,
        say(REPLACE_TITLE),
        <ReplaceForm site={site} email={email} errors={errors} />,
        UNPROCESSABLE,
      );
    const [password, newPassword] = [form.get('currentPassword') ?? '', form.get('password') ?? ''];
    try {
      return await startSession(c, site, { email, password, newPassword });
    } catch (error) {
      return signInErrorPage(site, email, error, {
        wrong: () => again({ currentPassword: say('Wrong password. Enter the one that you were given.') }),
        invalid: again,
      });
    }
  });

  portal.post(
    '/portal/sign-out',
    site.withSessionForm(async (c, me) => {
      const { atProvider } = await signOut(me.context, {});
      site.cookie.clear(c);
      if (atProvider) return leadTo(c, site, atProvider.url, atProvider.label);
      return c.redirect('/portal', 303);
    }),
  );
}

type Credentials = { email: string; password: string; newPassword?: string };

async function startSession(c: WebContext, site: Site, credentials: Credentials): Promise<Response> {
  await site.guard.beforeSignIn(c, credentials.email);
  const { secret } = await signIn(site.developerContext(c), { ...credentials, ...site.browserOf(c) });
  return site.signedIn(c, secret);
}

/** A client without the right password learns nothing about the account. */
async function signInErrorPage(
  site: Site,
  email: string,
  error: unknown,
  pages: { wrong: () => Response; invalid: (errors: FieldErrors) => Response },
): Promise<Response> {
  const code = error instanceof DomainError ? error.code : null;
  // Only a page that was open when passwords were turned off still has the form.
  if (code === 'password_sign_in_off')
    return site.sessionPage(null, say(TITLE), <SignInForm site={site} />, FORBIDDEN);
  if (code === 'sign_in_refused') {
    await site.guard.countWrongPassword(email);
    return pages.wrong();
  }
  if (code === 'password_must_change')
    return site.sessionPage(null, say(REPLACE_TITLE), <ReplaceForm site={site} email={email} />);
  if (error instanceof DomainError && code === 'account_state_unfitting')
    return error.detail.current?.state === 'pending' ? pendingPage(site, email) : blockedPage(site);
  return pages.invalid(fieldErrorsOf(error) ?? {});
}

export function blockedPage(site: Site): Response {
  const content = (
    <p>
      <Words
        text="You can’t sign in, and calls with your keys are refused. Nothing was deleted. To put it right, write to {support}."
        support={<MailTo email={site.policy.supportEmail} />}
      />
    </p>
  );
  return site.page(say('Your account is blocked'), content, FORBIDDEN);
}

function pendingPage(site: Site, email: string): Response {
  const content = (
    <>
      <p>
        <Words
          text="Have you confirmed your email? We mailed a link to <b>{email}</b>. If it has expired or never came, we’ll send another one."
          email={email}
        />
      </p>
      <Form action="/password/forgot" hidden={{ email }} button={say('Send me another link')} />
      <p className="hint after">
        {say(
          'If you have, someone at {organization} still has to approve your account. We’ll mail you once that’s done.',
          { organization: site.policy.organizationName },
        )}
      </p>
    </>
  );
  return site.page(say('Your account is not active yet'), content, FORBIDDEN);
}

function SignInForm(props: { site: Site; email?: string; errors?: FieldErrors; words?: string | undefined }) {
  const { site, email, errors, words } = props;
  const { hasPasswords } = site.policy.signIn;
  return (
    <>
      {words ? <Alert>{words}</Alert> : null}
      <ProviderButtons site={site} />
      <OrWithPassword site={site} />
      {hasPasswords ? (
        <Form action={PATH} button={say('Sign in')}>
          <EmailField autoComplete="username" value={email} errors={errors} />
          <CurrentPassword name="password" label={say('Password')} errors={errors} />
        </Form>
      ) : null}
      <Link href="/password/forgot">{say(forgotTitle(site))}</Link>
      <NoAccountYet site={site} />
    </>
  );
}

function ReplaceForm(props: { site: Site; email: string; errors?: FieldErrors }) {
  const { site, email, errors } = props;
  return (
    <>
      <p>
        <Words
          text="Someone at {organization} set the password of <b>{email}</b>. Replace it with one that only you know, and you’re signed in."
          organization={site.policy.organizationName}
          email={email}
        />
      </p>
      <Form action={REPLACE_PATH} hidden={{ email }} button={say('Save and sign in')}>
        <CurrentPassword errors={errors} />
        <NewPassword minLength={site.policy.passwordMinLength} username={email} errors={errors} />
      </Form>
    </>
  );
}
