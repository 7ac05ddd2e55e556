// A sign-in link that a program made for a developer. Opening it asks first; only the form signs in.
import type { Hono } from 'hono';
import { openSignInLink } from '../operations/sessions/open-link.ts';
import { redeemSignInLink } from '../operations/sessions/redeem-link.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { nullIfTicketRefused } from './field-errors.ts';
import { TicketForm } from './form.tsx';
import { agentOf } from './sign-in.tsx';
import { GONE, type Site } from './site.tsx';

const PATH = '/portal/sign-in/link';

/**
 * The page sends no referrer, because its address holds the ticket. Its form must still prove its origin, or another site
 * could sign a developer in as someone else. A browser without `Sec-Fetch-Site` (Safari before 16.4) can do only one of
 * the two, so its user must sign in with the password.
 */
export function registerSignInLink(portal: Hono<WebEnv>, site: Site): void {
  portal.get(PATH, async (c) => {
    const ticket = c.req.query('ticket') ?? '';
    await site.guard.beforeTicket(c, { purpose: 'sign-in', ticket });
    const opened = await nullIfTicketRefused(openSignInLink(site.developerContext(c), { ticket }));
    if (!opened) return unusableLinkPage(c, site);
    const content = (
      <>
        <p>
          You are about to sign in as <strong>{opened.email}</strong>. This link works once, for a few
          minutes.
        </p>
        <TicketForm action={PATH} ticket={ticket} button="Sign in" />
        <p className="hint">Is that not you? Then close this page; nothing happens.</p>
      </>
    );
    return site.page('Sign in', content);
  });

  portal.post(PATH, async (c) => {
    const form = await site.guard.ticketForm(c, 'sign-in');
    const formerSecret = site.cookie.read(c);
    const begun = await nullIfTicketRefused(
      redeemSignInLink(site.developerContext(c), {
        ticket: form.get('ticket') ?? '',
        agent: agentOf(c),
        ...(formerSecret ? { formerSecret } : {}),
      }),
    );
    if (!begun) return unusableLinkPage(c, site);
    site.cookie.write(c, begun.secret);
    return c.redirect('/portal', 303);
  });
}

/** The same page for every link that can't be used, so that it doesn't tell why. */
async function unusableLinkPage(c: WebContext, site: Site): Promise<Response> {
  await site.guard.countWrongTicket(c);
  const content = (
    <>
      <p>It may have ended, may have been used already, or a newer one was made.</p>
      <p>
        <a className="button" href="/portal/sign-in">
          Sign in with your password
        </a>
      </p>
    </>
  );
  return site.page('This link no longer works', content, GONE);
}
