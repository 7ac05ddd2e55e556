// A link that a program made for a developer: the page asks, and only its form signs in.
import type { Hono } from 'hono';
import { openSignInLink } from '../operations/sessions/open-link.ts';
import { redeemSignInLink } from '../operations/sessions/redeem-link.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { unlessRefused } from './faults.ts';
import { TicketForm } from './form.tsx';
import { agentOf } from './sign-in.tsx';
import { GONE, type Site, type Web } from './site.tsx';

const PATH = '/portal/sign-in/link';

/**
 * The page's address holds the ticket, so that nobody is told it; its form must all the same say that it comes from us, or
 * another site could sign somebody in as somebody else. A browser without `Sec-Fetch-Site` (Safari before 16.4) says
 * neither from such a page, and has to sign in with the password.
 */
export function registerSignInLink(portal: Hono<WebEnv>, site: Site): void {
  portal.get(PATH, async (c) => {
    await site.gate.beforeTicket(c);
    const ticket = c.req.query('ticket') ?? '';
    const opened = await unlessRefused(openSignInLink(site.developer(c), { ticket }));
    if (!opened) return refuse(c, site);
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
    const form = await site.gate.ticketForm(c, { beginsSession: true });
    const formerSecret = site.cookie.read(c);
    const begun = await unlessRefused(
      redeemSignInLink(site.developer(c), {
        ticket: form.get('ticket') ?? '',
        agent: agentOf(c),
        ...(formerSecret ? { formerSecret } : {}),
      }),
    );
    if (!begun) return refuse(c, site);
    site.cookie.write(c, begun.secret);
    return c.redirect('/portal', 303);
  });
}

/** The same for every link that can't be used, whatever the cause. */
async function refuse(c: Web, site: Site): Promise<Response> {
  await site.gate.wrongTicket(c);
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
