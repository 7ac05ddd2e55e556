// The page behind "This wasn't me" in a mail about a developer's own security.
import type { Hono } from 'hono';
import { openSecureAccount } from '../operations/accounts/open-secure.ts';
import { secureAccount } from '../operations/accounts/secure.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { TicketForm } from './form.tsx';
import type { Site } from './site.tsx';
import { registerTicketPage } from './ticket-page.tsx';

const PATH = '/account/secure';

export function registerSecureAccount(portal: Hono<WebEnv>, site: Site): void {
  registerTicketPage(portal, site, {
    path: PATH,
    title: 'Secure your account',
    purpose: 'account-security',
    open: openSecureAccount,
    form: (ticket, { email }) => (
      <>
        <p>
          Did someone else use the account of <strong>{email}</strong>? Then:
        </p>
        <ul>
          <li>you’re signed out in every browser,</li>
          <li>the current password stops working,</li>
          <li>a change of email that waits is cancelled,</li>
          <li>and we mail you a link to set a new password.</li>
        </ul>
        <TicketForm action={PATH} ticket={ticket} button="Secure my account" />
        <p className="hint">
          Your keys keep working, so that your programs do too. Was it you after all? Close this page, and
          nothing happens.
        </p>
      </>
    ),
    async redeem(c, ticket) {
      const { email } = await secureAccount(site.developerContext(c), { ticket });
      site.cookie.clear(c);
      const words = (
        <>
          <p>
            Your account is secured: everyone is signed out, and the old password no longer works. We’ve
            mailed <strong>{email}</strong> a link to set a new one.
          </p>
          <p>
            Could someone have seen your keys? Replace them under <em>Subscriptions</em> once you’re signed
            in. Need help? Write to{' '}
            <a href={`mailto:${site.policy.supportEmail}`}>{site.policy.supportEmail}</a>.
          </p>
        </>
      );
      return site.page('Check your inbox', words);
    },
  });
}
