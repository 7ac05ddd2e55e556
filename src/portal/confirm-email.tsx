import type { Hono } from 'hono';
import type { WebEnv } from '../http/request-facts.ts';
import { confirmEmail } from '../operations/accounts/confirm-email.ts';
import { deadLinkPage } from './ask-for-link.tsx';
import { unlessRefused } from './faults.ts';
import { TicketForm } from './form.tsx';
import { Ready } from './ready.tsx';
import type { Site } from './site.tsx';

const PATH = '/email/confirm';

/** The page of the link looks nothing up: it is the same for every ticket, and only its button redeems one. */
export function registerConfirmEmail(portal: Hono<WebEnv>, site: Site): void {
  portal.get(PATH, (c) => {
    const content = (
      <>
        <p>One more step: press the button to say that this address is yours.</p>
        <TicketForm action={PATH} ticket={c.req.query('ticket') ?? ''} button="Confirm my address" />
        <p className="hint">You did not ask for this? Then close this page; nothing happens.</p>
      </>
    );
    return site.page('Confirm your address', content);
  });

  portal.post(PATH, async (c) => {
    const ticket = (await site.gate.ticketForm(c)).get('ticket') ?? '';
    const confirmed = await unlessRefused(confirmEmail(site.developer(c), { ticket }));
    if (!confirmed) {
      await site.gate.wrongTicket(c);
      return deadLinkPage(site, 'password-reset');
    }
    const { email, isActive, hasPassword } = confirmed;
    return site.page(
      'Your address is confirmed',
      <Ready site={site} email={email} words="Thank you." isActive={isActive} needsPassword={!hasPassword} />,
    );
  });
}
