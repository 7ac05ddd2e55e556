import type { Hono } from 'hono';
import { openPasswordReset } from '../operations/passwords/open-reset.ts';
import { resetPassword } from '../operations/passwords/reset.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { deadLinkPage } from './ask-for-link.tsx';
import { type Faults, faultsOf, unlessRefused } from './faults.ts';
import { inWords, NewPassword, TicketForm } from './form.tsx';
import { Ready } from './ready.tsx';
import { type Site, UNPROCESSABLE, type Web } from './site.tsx';

const PATH = '/password/reset';
const TITLE = 'Set a new password';

type Opened = { email: string; expiresAt: Date };

export function registerResetPassword(portal: Hono<WebEnv>, site: Site): void {
  portal.get(PATH, async (c) => {
    await site.gate.beforeTicket(c);
    const ticket = c.req.query('ticket') ?? '';
    const opened = await unlessRefused(openPasswordReset(site.developer(c), { ticket }));
    if (!opened) return refuse(c, site);
    return site.page(TITLE, <ResetForm site={site} ticket={ticket} opened={opened} />);
  });

  portal.post(PATH, async (c) => {
    const form = await site.gate.ticketForm(c);
    const ticket = form.get('ticket') ?? '';
    try {
      const password = form.get('password') ?? '';
      const { email } = await resetPassword(site.developer(c), { ticket, password });
      const words = 'Whatever password there was before no longer works.';
      return site.page('Your new password is set', <Ready site={site} email={email} words={words} />);
    } catch (error) {
      const faults = faultsOf(error);
      const opened = faults && (await unlessRefused(openPasswordReset(site.developer(c), { ticket })));
      if (!opened) return refuse(c, site);
      const again = <ResetForm site={site} ticket={ticket} opened={opened} faults={faults} />;
      return site.page(TITLE, again, UNPROCESSABLE);
    }
  });
}

async function refuse(c: Web, site: Site): Promise<Response> {
  await site.gate.wrongTicket(c);
  return deadLinkPage(site, 'password-reset');
}

function ResetForm(props: { site: Site; ticket: string; opened: Opened; faults?: Faults }) {
  const { site, ticket, opened, faults } = props;
  return (
    <>
      <p>
        For the account of <strong>{opened.email}</strong>. This link works once, until{' '}
        {inWords(opened.expiresAt)}.
      </p>
      <TicketForm action={PATH} ticket={ticket} button="Set the new password">
        <NewPassword minLength={site.policy.passwordMinLength} username={opened.email} faults={faults} />
      </TicketForm>
    </>
  );
}
