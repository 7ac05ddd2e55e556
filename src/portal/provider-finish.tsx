// The page after a provider has proved a person without an account. Only its form makes or connects anything.
import type { Hono } from 'hono';
import type { ReactNode } from 'react';
import { DomainError } from '../domain/domain-error.ts';
import { confirmEmail } from '../operations/accounts/confirm-email.ts';
import { claimAccount } from '../operations/identities/claim.ts';
import { connectProvider } from '../operations/identities/connect.ts';
import { connectByLink } from '../operations/identities/connect-by-link.ts';
import { showProof } from '../operations/identities/show-proof.ts';
import { signUpWithProvider } from '../operations/identities/sign-up.ts';
import { acceptInvitation } from '../operations/invitations/accept.ts';
import type { FormFields } from '../web/read-form.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { accountPage } from './account.tsx';
import { AccountReady } from './account-ready.tsx';
import { type FieldErrors, fieldErrorsOf } from './field-errors.ts';
import { CurrentPassword, EmailField, emailIn, NameFields, namesIn } from './form.tsx';
import { NoAccountYet } from './page-parts.tsx';
import { FINISH_PATH } from './provider-buttons.tsx';
import { deadPage, pendingPage, providerErrorPage } from './provider-pages.tsx';
import { say, speech, Words } from './say.tsx';
import { ConfirmationSent, likelyPage, requestAccount } from './sign-up.tsx';
import { type Site, UNPROCESSABLE } from './site.tsx';

type Shown = NonNullable<Awaited<ReturnType<typeof showProof>>>;
type Rejected = { fields: FormFields; errors: FieldErrors };

export function registerProviderFinish(portal: Hono<WebEnv>, site: Site): void {
  if (site.policy.signIn.providers.length === 0) return;
  const read = (c: WebContext) =>
    showProof(site.developerContext(c), { browserSecret: site.browserCookie.read(c) ?? '' });

  portal.get(FINISH_PATH, async (c) => {
    const shown = await read(c);
    return shown ? finishPage(site, shown) : deadPage(site);
  });

  portal.post(FINISH_PATH, async (c) => {
    const fields = await site.guard.sessionForm(c);
    const shown = await read(c);
    if (!shown) return deadPage(site);
    try {
      return await submit(c, site, shown, fields);
    } catch (error) {
      const code = error instanceof DomainError ? error.code : null;
      if (code === 'password_wrong') await site.guard.countWrongPassword(shown.email);
      if (code === 'sign_up_off') return c.redirect(FINISH_PATH, 303);
      if (code === 'password_wrong' || code === 'invalid_input' || code === 'try_again')
        return finishPage(site, shown, { fields, errors: fieldErrorsOf(error) ?? {} });
      // Meanwhile someone got an account with this email.
      if (code === 'email_taken') return c.redirect(FINISH_PATH, 303);
      // An operator typed that password. The sign-in page asks for one of their own.
      if (code === 'password_must_change') return c.redirect('/portal/sign-in', 303);
      return providerErrorPage(site, shown.label, error);
    }
  });
}

async function submit(c: WebContext, site: Site, shown: Shown, fields: FormFields): Promise<Response> {
  const context = site.developerContext(c);
  const browserSecret = site.browserCookie.read(c) ?? '';
  const session = site.browserOf(c);
  const { ticket } = shown;
  const language = speech().language.tag;
  switch (shown.step) {
    case 'sign-up':
    case 'invited':
      return signedUp(
        c,
        site,
        await signUpWithProvider(context, { browserSecret, ...session, ...namesIn(fields), language }),
      );
    case 'by-mail': {
      const typed = { email: emailIn(fields), ...namesIn(fields) };
      const likely = await requestAccount(c, site, { ...typed, kept: fields.get('kept') }, browserSecret);
      if (likely) return likelyPage(site, { ...typed, likely, action: FINISH_PATH });
      return site.page(say('Check your inbox'), <ConfirmationSent email={typed.email} />);
    }
    case 'claim': {
      await site.guard.beforeSignIn(c, shown.email);
      const password = fields.get('password') ?? '';
      return done(c, site, (await claimAccount(context, { browserSecret, password, ...session })).secret);
    }
    case 'connect': {
      const me = await site.me(c);
      if (me?.accountId !== shown.accountId) return deadPage(site);
      await connectProvider(me.context, { browserSecret });
      site.browserCookie.clear(c);
      return c.redirect(accountPage('connected'), 303);
    }
    case 'invitation': {
      const accepted = await acceptInvitation(context, {
        ticket: ticket ?? '',
        ...namesIn(fields),
        browserSecret,
        language,
        session,
      });
      return done(c, site, accepted.secret ?? '');
    }
    case 'email-confirmation': {
      const { secret, email, ...state } = await confirmEmail(context, {
        ticket: ticket ?? '',
        language,
        proof: { browserSecret, session },
      });
      if (secret) return done(c, site, secret);
      const ready = <AccountReady {...state} site={site} email={email} words={say('Thank you.')} />;
      return site.page(say('Your email is confirmed'), ready);
    }
    case 'password-reset': {
      const { secret } = await connectByLink(context, { ticket: ticket ?? '', browserSecret, ...session });
      return done(c, site, secret);
    }
    default:
      return finishPage(site, shown);
  }
}

function done(c: WebContext, site: Site, secret: string): Response {
  site.browserCookie.clear(c);
  return site.signedIn(c, secret);
}

function signedUp(
  c: WebContext,
  site: Site,
  result: Awaited<ReturnType<typeof signUpWithProvider>>,
): Response {
  return result.kind === 'signed-in' ? done(c, site, result.secret) : pendingPage(site);
}

const TITLES = {
  'sign-up': 'Create your account',
  invited: 'Accept your invitation',
  'by-mail': 'Sign up',
  claim: 'You already have an account',
  unknown: 'No account is connected to this sign-in',
  connect: 'Connect this sign-in?',
  invitation: 'Accept your invitation',
  'email-confirmation': 'Confirm your email',
  'password-reset': 'Connect this sign-in?',
} as const;

function finishPage(site: Site, shown: Shown, rejected?: Rejected): Response {
  const content = (
    <>
      <p>
        <Words
          text="You signed in with {provider} as <b>{name}</b>."
          provider={shown.label}
          name={shown.shownName}
        />
      </p>
      {formOf(site, shown, rejected)}
    </>
  );
  return site.sessionPage(null, say(TITLES[shown.step]), content, rejected ? UNPROCESSABLE : 200);
}

function formOf(site: Site, shown: Shown, rejected: Rejected | undefined): ReactNode {
  const { email } = shown;
  const errors = rejected?.errors;
  const names = rejected ? namesIn(rejected.fields) : shown;
  switch (shown.step) {
    case 'sign-up':
      return (
        <FinishForm button={say('Create my account')}>
          <p>
            <Words text="Your account will have the email <b>{email}</b>." email={email} />{' '}
            {shown.needsApproval
              ? say('Then someone at {organization} approves it, and we’ll write to you.', {
                  organization: site.policy.organizationName,
                })
              : null}
          </p>
          <NameFields names={names} errors={errors} />
        </FinishForm>
      );
    case 'by-mail':
      return <ByMail shown={shown} rejected={rejected} />;
    case 'claim':
      return <Claim shown={shown} errors={errors} />;
    case 'unknown':
      return (
        <>
          <p>
            {say(
              'If you have an account, sign in the way you always do, and connect this sign-in under My account.',
            )}
          </p>
          <NoAccountYet site={site} />
        </>
      );
    case 'invitation':
    case 'invited':
      return (
        <FinishForm button={say('Accept the invitation')}>
          <p>
            <Words text="Your account will have the email <b>{email}</b>." email={email} />
          </p>
          <NameFields names={names} errors={errors} />
        </FinishForm>
      );
    case 'email-confirmation':
      return (
        <FinishForm button={say('Confirm my email')}>
          <p>
            <Words text="Your account will have the email <b>{email}</b>." email={email} />
          </p>
        </FinishForm>
      );
    default:
      return (
        <FinishForm button={say('Connect')}>
          <p>
            {email && shown.step === 'password-reset' ? (
              <>
                <Words text="From now on it signs you in to the account of <b>{email}</b>." email={email} />{' '}
                {say('Any earlier password, and whatever else was connected, no longer works.')}
              </>
            ) : (
              say('From now on it signs you in to your account here.')
            )}
          </p>
        </FinishForm>
      );
  }
}

function FinishForm({ button, children }: { button: string; children: ReactNode }) {
  return (
    <form method="post" action={FINISH_PATH}>
      {children}
      <button type="submit">{button}</button>
    </form>
  );
}

function ByMail({ shown, rejected }: { shown: Shown; rejected: Rejected | undefined }) {
  const errors = rejected?.errors;
  return (
    <>
      <p>
        {say(
          '{provider} doesn’t tell us whether an email is yours. We’ll mail you a link that confirms it and connects this sign-in.',
          {
            provider: shown.label,
          },
        )}
      </p>
      <FinishForm button={say('Sign up')}>
        <EmailField value={rejected ? emailIn(rejected.fields) : shown.email} errors={errors} />
        <NameFields names={rejected ? namesIn(rejected.fields) : shown} errors={errors} />
      </FinishForm>
    </>
  );
}

function Claim({ shown, errors }: { shown: Shown; errors: FieldErrors | undefined }) {
  const { email, label, canUsePassword } = shown;
  return (
    <>
      <p>
        <Words
          text="An account with <b>{email}</b> is here already. To connect {provider} to it, prove that it’s yours."
          email={email}
          provider={label}
        />
      </p>
      {canUsePassword ? (
        <FinishForm button={say('Connect and sign in')}>
          <CurrentPassword name="password" label={say('Password')} errors={errors} />
        </FinishForm>
      ) : null}
      <form method="post" action="/password/forgot">
        <input type="hidden" name="email" value={email} />
        <button className="quiet" type="submit">
          {say('Mail me a link instead')}
        </button>
      </form>
    </>
  );
}
