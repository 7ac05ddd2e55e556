import type { Hono } from 'hono';
import { confirmEmail } from '../operations/accounts/confirm-email.ts';
import { openConfirmation } from '../operations/accounts/open-confirmation.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { AccountReady } from './account-ready.tsx';
import { formatMoment, NewPassword, TicketForm } from './form.tsx';
import type { Site } from './site.tsx';
import { registerTicketPage } from './ticket-page.tsx';

const PATH = '/email/confirm';

export function registerConfirmEmail(portal: Hono<WebEnv>, site: Site): void {
  registerTicketPage(portal, site, {
    path: PATH,
    title: 'Confirm your email',
    purpose: 'email-confirmation',
    open: openConfirmation,
    form: (ticket, { email, expiresAt, choosesPassword }, rejected) => (
      <>
        <p>
          Confirm that <strong>{email}</strong> is yours. This link works once, until{' '}
          {formatMoment(expiresAt)}.
        </p>
        <TicketForm action={PATH} ticket={ticket} button="Confirm my email">
          {choosesPassword ? (
            <NewPassword
              minLength={site.policy.passwordMinLength}
              username={email}
              errors={rejected?.errors}
            />
          ) : null}
        </TicketForm>
        <p className="hint">Didn’t ask for this? Close this page, and nothing happens.</p>
      </>
    ),
    async redeem(c, ticket, fields) {
      const password = fields.get('password');
      const { email, hasPassword, ...state } = await confirmEmail(site.developerContext(c), {
        ticket,
        ...(password === undefined ? {} : { password }),
      });
      return site.page(
        'Your email is confirmed',
        <AccountReady {...state} site={site} email={email} words="Thank you." needsPassword={!hasPassword} />,
      );
    },
  });
}
