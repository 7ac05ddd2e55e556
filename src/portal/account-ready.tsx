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
        {words} The address <strong>{email}</strong> is yours. Someone at {organizationName} has still to let
        you in; you get a mail once they did. You can close this page.
      </p>
    );
  }
  if (!isActive) {
    return (
      <p>
        {words} The address <strong>{email}</strong> is yours. The account can't be used at present; please
        write to {supportEmail}.
      </p>
    );
  }
  return (
    <>
      <p>
        {words} You sign in with <strong>{email}</strong>.
      </p>
      {needsPassword ? (
        <p>What comes next: a mail with a link is on its way. Open it to set your password.</p>
      ) : (
        <>
          <p>What comes next: sign in, and see what {organizationName} offers.</p>
          <p>
            <a className="button" href="/portal/sign-in">
              Sign in
            </a>
          </p>
        </>
      )}
    </>
  );
}
