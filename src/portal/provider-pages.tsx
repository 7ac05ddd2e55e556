// What a developer reads when a sign-in with a provider leads nowhere.
import { DomainError } from '../domain/domain-error.ts';
import { Link } from './page-parts.tsx';
import { say } from './say.tsx';
import { blockedPage, FORBIDDEN } from './sign-in.tsx';
import { GONE, type Site } from './site.tsx';

const CONFLICT = 409;
const UNAVAILABLE = 503;

/** Errors: those that aren't about the provider or the state of the account. */
export function providerErrorPage(site: Site, label: string, error: unknown): Response {
  if (!(error instanceof DomainError)) throw error;
  switch (error.code) {
    case 'account_state_unfitting':
      return error.detail.current?.state === 'pending' ? pendingPage(site) : blockedPage(site);
    case 'provider_unavailable':
      return messagePage(
        site,
        say('{provider} doesn’t answer', { provider: label }),
        say('Nothing changed. Try again in a minute, or sign in another way.'),
        UNAVAILABLE,
      );
    case 'provider_refused':
      return messagePage(
        site,
        say('That sign-in didn’t work'),
        say('We couldn’t verify the answer of {provider}. Nothing changed. Try again.', { provider: label }),
        CONFLICT,
      );
    case 'identity_taken':
      return takenPage(site, label);
    case 'ticket_refused':
      return deadPage(site);
    default:
      throw error;
  }
}

export const deadPage = (site: Site): Response =>
  messagePage(
    site,
    say('This sign-in has ended'),
    say('It works once, for a few minutes, in the browser where it began. Nothing changed. Start again.'),
    GONE,
  );

export const takenPage = (site: Site, label: string): Response =>
  messagePage(
    site,
    say('This sign-in belongs to another account'),
    say(
      'Another developer account is connected to it. Choose another account at {provider}, or sign in with this one first.',
      {
        provider: label,
      },
    ),
    CONFLICT,
  );

export function domainPage(site: Site, name: string, label: string): Response {
  const choice = site.policy.signIn.providers.find((one) => one.name === name);
  return messagePage(
    site,
    say('This email can’t be used here'),
    say('With {provider}, only emails of these domains can be used: {domains}.', {
      provider: label,
      domains: (choice?.domains ?? []).join(', '),
    }),
    FORBIDDEN,
  );
}

export const pendingPage = (site: Site): Response =>
  site.page(
    say('Your account is not active yet'),
    <p>
      {say('Someone at {organization} still has to approve your account. We’ll mail you once that’s done.', {
        organization: site.policy.organizationName,
      })}
    </p>,
    FORBIDDEN,
  );

function messagePage(site: Site, title: string, words: string, status: number): Response {
  const content = (
    <>
      <p>{words}</p>
      <Link href="/portal/sign-in" look="button">
        {say('Back to sign in')}
      </Link>
    </>
  );
  return site.sessionPage(null, title, content, status);
}
