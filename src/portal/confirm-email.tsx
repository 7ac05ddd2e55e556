import type { Hono } from 'hono';
import { confirmEmail } from '../operations/accounts/confirm-email.ts';
import { openConfirmation } from '../operations/accounts/open-confirmation.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { deadLinkPage } from './ask-for-link.tsx';
import { type Faults, faultsOf, unlessRefused } from './faults.ts';
import { inWords, NewPassword, TicketForm } from './form.tsx';
import { Ready } from './ready.tsx';
import { type Site, UNPROCESSABLE, type Web } from './site.tsx';

const PATH = '/email/confirm';
const TITLE = 'Confirm your address';

type Opened = { email: string; expiresAt: Date; choosesPassword: boolean };

export function registerConfirmEmail(portal: Hono<WebEnv>, site: Site): void {
  portal.get(PATH, async (c) => {
    await site.gate.beforeTicket(c);
    const ticket = c.req.query('ticket') ?? '';
    const opened = await unlessRefused(openConfirmation(site.developer(c), { ticket }));
    if (!opened) return refuse(c, site);
    return site.page(TITLE, <ConfirmForm site={site} ticket={ticket} opened={opened} />);
  });

  portal.post(PATH, async (c) => {
    const form = await site.gate.ticketForm(c);
    const ticket = form.get('ticket') ?? '';
    const password = form.get('password');
    try {
      const confirmed = await confirmEmail(site.developer(c), {
        ticket,
        ...(password === undefined ? {} : { password }),
      });
      const { email, hasPassword, ...how } = confirmed;
      const ready = (
        <Ready {...how} site={site} email={email} words="Thank you." needsPassword={!hasPassword} />
      );
      return site.page('Your address is confirmed', ready);
    } catch (error) {
      const faults = faultsOf(error);
      const opened = faults && (await unlessRefused(openConfirmation(site.developer(c), { ticket })));
      if (!opened) return refuse(c, site);
      const again = <ConfirmForm site={site} ticket={ticket} opened={opened} faults={faults} />;
      return site.page(TITLE, again, UNPROCESSABLE);
    }
  });
}

async function refuse(c: Web, site: Site): Promise<Response> {
  await site.gate.wrongTicket(c);
  return deadLinkPage(site, 'password-reset');
}

function ConfirmForm(props: { site: Site; ticket: string; opened: Opened; faults?: Faults }) {
  const { site, ticket, opened, faults } = props;
  return (
    <>
      <p>
        One more step: press the button to say that <strong>{opened.email}</strong> is yours. This link works
        once, until {inWords(opened.expiresAt)}.
      </p>
      <TicketForm action={PATH} ticket={ticket} button="Confirm my address">
        {opened.choosesPassword ? (
          <NewPassword minLength={site.policy.passwordMinLength} username={opened.email} faults={faults} />
        ) : null}
      </TicketForm>
      <p className="hint">You did not ask for this? Then close this page; nothing happens.</p>
    </>
  );
}
