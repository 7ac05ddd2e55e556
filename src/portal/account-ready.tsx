import { Link } from './page-parts.tsx';
import { say, Words } from './say.tsx';
import type { Site } from './site.tsx';

/** Says which email to sign in with, and what comes next. */
export function AccountReady(props: {
  site: Site;
  email: string;
  words: string;
  isActive?: boolean;
  awaitsOperator?: boolean;
  needsPassword?: boolean;
}) {
  const { site, email, words, isActive = true, awaitsOperator = false, needsPassword = false } = props;
  const { organizationName, supportEmail } = site.policy;
  if (awaitsOperator) {
    return (
      <p>
        {words}{' '}
        <Words
          text="<b>{email}</b> is confirmed. {organization} still has to approve your account; we’ll mail you when they have. You can close this page."
          email={email}
          organization={organizationName}
        />
      </p>
    );
  }
  if (!isActive) {
    return (
      <p>
        {words}{' '}
        <Words
          text="<b>{email}</b> is confirmed, but the account can’t be used at the moment. Write to {support} to find out why."
          email={email}
          support={supportEmail}
        />
      </p>
    );
  }
  return (
    <>
      <p>
        {words} <Words text="You sign in with <b>{email}</b>." email={email} />
      </p>
      {needsPassword ? (
        <p>{say('Next: check your inbox. We’ve sent you a link to choose how you sign in.')}</p>
      ) : (
        <>
          <p>
            {say('Next: sign in, and see what {organization} offers.', { organization: organizationName })}
          </p>
          <Link href="/portal/sign-in" look="button">
            {say('Sign in')}
          </Link>
        </>
      )}
    </>
  );
}
