import { Link } from './page-parts.tsx';
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
        {words} <strong>{email}</strong> is confirmed. {organizationName} still has to approve your account;
        we’ll mail you when they have. You can close this page.
      </p>
    );
  }
  if (!isActive) {
    return (
      <p>
        {words} <strong>{email}</strong> is confirmed, but the account can’t be used at the moment. Write to{' '}
        {supportEmail} to find out why.
      </p>
    );
  }
  return (
    <>
      <p>
        {words} You sign in with <strong>{email}</strong>.
      </p>
      {needsPassword ? (
        <p>Next: check your inbox. We’ve sent you a link to set your password.</p>
      ) : (
        <>
          <p>Next: sign in, and see what {organizationName} offers.</p>
          <Link href="/portal/sign-in" look="button">
            Sign in
          </Link>
        </>
      )}
    </>
  );
}
