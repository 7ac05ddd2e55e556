// A sign-in link that a program made for a developer. Opening it asks first; only the form signs in.
import type { Hono } from 'hono';
import { redeemSignInLink } from '../operations/sessions/redeem-link.ts';
import { openLink } from '../operations/tickets/open.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { TicketForm } from './form.tsx';
import { say, Words } from './say.tsx';
import type { Site } from './site.tsx';
import { registerTicketPage } from './ticket-page.tsx';

const PATH = '/portal/sign-in/link';

/**
 * The page sends no referrer, because its address holds the ticket. Its form must still prove its origin, or another site
 * could sign a developer in as someone else. A browser without `Sec-Fetch-Site` (Safari before 16.4) can do only one of
 * the two, so its user must sign in with the password.
 */
export function registerSignInLink(portal: Hono<WebEnv>, site: Site): void {
  registerTicketPage(portal, site, {
    path: PATH,
    title: 'Sign in',
    purpose: 'sign-in',
    open: (context, { ticket }) => openLink(context, { ticket, purpose: 'sign-in' }),
    form: (ticket, { email }) => (
      <>
        <p>
          <Words
            text="You are about to sign in as <b>{email}</b>. This link works once, for a few minutes."
            email={email}
          />
        </p>
        <TicketForm action={PATH} ticket={ticket} button={say('Sign in')} />
        <p className="hint">{say('Not you? Close this page, and nothing happens.')}</p>
      </>
    ),
    async redeem(c, ticket) {
      const { secret } = await redeemSignInLink(site.developerContext(c), { ticket, ...site.browserOf(c) });
      return site.signedIn(c, secret);
    },
  });
}
