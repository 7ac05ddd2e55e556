import type { Hono } from 'hono';
import type { WebEnv } from '../http/request-facts.ts';
import { confirmEmail } from '../operations/accounts/confirm-email.ts';
import { openConfirmation } from '../operations/accounts/open-confirmation.ts';
import { deadLinkPage } from './ask-for-link.tsx';
import { unlessRefused } from './faults.ts';
import { inWords, TicketForm } from './form.tsx';
import { Ready } from './ready.tsx';
import type { Site, Web } from './site.tsx';

const PATH = '/email/confirm';

export function registerConfirmEmail(portal: Hono<WebEnv>, site: Site): void {
  portal.get(PATH, async (c) => {
    await site.gate.beforeTicket(c);
    const ticket = c.req.query('ticket') ?? '';
    const opened = await unlessRefused(openConfirmation(site.developer(c), { ticket }));
    if (!opened) return refuse(c, site);
    const content = (
      <>
        <p>
          One more step: press the button to say that <strong>{opened.email}</strong> is yours. This link
          works once, until {inWords(opened.expiresAt)}.
        </p>
        <TicketForm action={PATH} ticket={ticket} button="Confirm my address" />
        <p className="hint">You did not ask for this? Then close this page; nothing happens.</p>
      </>
    );
    return site.page('Confirm your address', content);
  });

  portal.post(PATH, async (c) => {
    const ticket = (await site.gate.ticketForm(c)).get('ticket') ?? '';
    const confirmed = await unlessRefused(confirmEmail(site.developer(c), { ticket }));
    if (!confirmed) return refuse(c, site);
    const { email, isActive, hasPassword } = confirmed;
    return site.page(
      'Your address is confirmed',
      <Ready site={site} email={email} words="Thank you." isActive={isActive} needsPassword={!hasPassword} />,
    );
  });
}

async function refuse(c: Web, site: Site): Promise<Response> {
  await site.gate.wrongTicket(c);
  return deadLinkPage(site, 'password-reset');
}
