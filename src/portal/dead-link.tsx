// The page for a mailed link that can't be used. It tells the holder of that very link why, and names no person.
import type { Text } from '../languages/languages.ts';
import type { LinkState } from '../operations/tickets/recognise.ts';
import { ACCOUNT_PATH } from './account.tsx';
import { EmailForm, forgotTitle, type LinkKind } from './ask-for-link.tsx';
import { Link } from './page-parts.tsx';
import type { TicketClaim } from './request-guard.ts';
import { say } from './say.tsx';
import { GONE, type Site } from './site.tsx';

type Purpose = TicketClaim['purpose'];
type Dead = Exclude<LinkState, 'open'> | 'unknown';

/** For every link, and what a kind of link says instead. */
type Texts = Record<Dead, Text> & Partial<Record<Purpose, Partial<Record<Dead, Text>>>>;

const TITLES: Texts = {
  used: 'You’ve already used this link',
  replaced: 'There is a newer link',
  withdrawn: 'This link was cancelled',
  expired: 'This link has expired',
  unknown: 'This link doesn’t work',
  invitation: {
    used: 'You’ve already accepted',
    expired: 'This invitation has expired',
    withdrawn: 'This invitation was withdrawn',
  },
  'email-confirmation': { used: 'Your email is already confirmed' },
};

const WORDS: Texts = {
  used: 'Each link works once. Sign in the way that you chose.',
  replaced:
    'We’ve sent you a newer mail since this one, and only its link works: open the newest one. If you can’t find it, enter your email and we’ll send it again.',
  withdrawn:
    'The account has changed since we sent it. If you still need a link, enter your email and we’ll send a new one.',
  expired: 'Enter your email and we’ll send you a new one.',
  unknown:
    'It may be incomplete, or too old. Open the link in our newest mail to you, or enter your email and we’ll send a new one.',
  invitation: {
    used: 'Your account is ready. Sign in the way that you chose.',
    expired: 'Enter your email and we’ll ask the person who invited you to send a new one.',
    withdrawn:
      'If you think that’s a mistake, enter your email and we’ll ask the person who invited you for another one.',
  },
  'email-confirmation': { used: 'There is nothing left to do here. You can sign in.' },
  'account-security': {
    used: 'Your account is secured. We’ve mailed you a link to get back in; if it has expired, enter your email for another one.',
    withdrawn:
      'The account has changed since we sent it. If someone else uses it, enter your email and set a new password: that signs everyone out.',
    expired:
      'If someone else uses your account, enter your email and set a new password: that signs everyone out.',
  },
  'sign-in': {
    used: 'It works once. Sign in with your password, or go back to where you found the link for another one.',
    replaced: 'Only the newest one works. Go back to where you found it, or sign in with your password.',
    withdrawn: 'The account has changed since it was made. Sign in with your password.',
    expired: 'It works for a few minutes. Go back to where you found it, or sign in with your password.',
    unknown: 'Go back to where you found it for a new one, or sign in with your password.',
  },
  'session-proof': {
    used: 'You’ve proved that it’s you. Go back to the page that asked for it.',
    replaced: 'We’ve sent you a newer mail since this one, and only its link works.',
    withdrawn: 'Your account has changed since we sent it. Go back to the page that asked for it.',
    expired: 'Go back to the page that asked for it, and we’ll mail you a new one.',
    unknown:
      'It works once, where you’re signed in to the account that asked for it. Go back to that page for a new one.',
  },
};

/** `state`: null for a link that was never mailed for this page. */
export function deadLinkPage(site: Site, purpose: Purpose, state: LinkState | null): Response {
  // The link itself would work; what it is for is no longer possible.
  const dead: Dead = state === null || state === 'open' ? 'unknown' : state;
  const signsIn = purpose === 'sign-in' || (dead === 'used' && purpose !== 'account-security');
  const kind: LinkKind = purpose === 'invitation' ? 'invitation' : 'password-reset';
  const content = (
    <>
      <p>{say(WORDS[purpose]?.[dead] ?? WORDS[dead])}</p>
      {purpose === 'session-proof' ? (
        <Link href={ACCOUNT_PATH}>{say('Back to my account')}</Link>
      ) : signsIn ? (
        <SignIn site={site} />
      ) : (
        <EmailForm kind={kind} />
      )}
    </>
  );
  return site.page(say(TITLES[purpose]?.[dead] ?? TITLES[dead]), content, GONE);
}

function SignIn({ site }: { site: Site }) {
  return (
    <>
      <Link href="/portal/sign-in" look="button">
        {say('Sign in')}
      </Link>
      <Link href="/password/forgot">{say(forgotTitle(site))}</Link>
    </>
  );
}
