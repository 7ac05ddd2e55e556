// The buttons that lead to a provider, and the page in between.
import type { ticketClaim } from '../operations/identities/attempt.ts';
import type { WebContext } from '../web/request-facts.ts';
import { say } from './say.tsx';
import type { Site } from './site.tsx';

type TicketClaim = (typeof ticketClaim)['_output'];

/** As long as a person has to decide what becomes of a sign-in. */
export const BROWSER_SECONDS = 1_800;
export const FINISH_PATH = '/portal/sign-in/finish';

export const providerPath = (name: string): string => `/portal/sign-in/${name}`;

/** One button for each provider. With `claim` a mailed link is redeemed with it; with `again` some prove once more who the developer is. */
export function ProviderButtons(props: {
  site: Site;
  claim?: TicketClaim;
  again?: { page: string; providers: readonly string[] };
}) {
  const { site, claim, again } = props;
  const hidden = claim ? { ...claim } : again ? { purpose: 'again', page: again.page } : {};
  return site.policy.signIn.providers
    .filter(({ name }) => !again || again.providers.includes(name))
    .map(({ name, label }) => (
      <form key={name} method="post" action={providerPath(name)} className="provider">
        {Object.entries(hidden).map(([field, value]) => (
          <input key={field} type="hidden" name={field} value={value} />
        ))}
        <button className="quiet" type="submit">
          {again
            ? say('Sign in again with {provider}', { provider: label })
            : say('Continue with {provider}', { provider: label })}
        </button>
      </form>
    ));
}

/** Between the buttons of providers and a form with a password. */
export function OrWithPassword({ site }: { site: Site }) {
  const { hasPasswords, providers } = site.policy.signIn;
  return hasPasswords && providers.length > 0 ? <p className="hint or">{say('or with a password')}</p> : null;
}

/**
 * Leads the browser to another site after a form. A redirect would be refused by our own policy for forms in some browsers,
 * also when the provider redirects further.
 */
export function leadTo(c: WebContext, site: Site, url: string, label: string): Response {
  const page = site.sessionPage(
    null,
    say('One moment'),
    <>
      <p>{say('You’re going on to {provider}.', { provider: label })}</p>
      <p>
        <a className="button" href={url}>
          {say('Continue')}
        </a>
      </p>
    </>,
  );
  page.headers.set('refresh', `0; url=${url}`);
  return withCookies(c, page);
}

/** The page, with the cookies that `c` sets. */
export const withCookies = (c: WebContext, page: Response): Response =>
  c.newResponse(page.body, { status: page.status as 200, headers: Object.fromEntries(page.headers) });
