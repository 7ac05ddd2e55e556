// The page behind "This wasn't me" in a mail about a developer's own security.
import type { Hono } from 'hono';
import { secureAccount } from '../operations/accounts/secure.ts';
import { openLink } from '../operations/tickets/open.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { TicketForm } from './form.tsx';
import { MailTo } from './mail-to.tsx';
import { say, Words } from './say.tsx';
import type { Site } from './site.tsx';
import { registerTicketPage } from './ticket-page.tsx';

const PATH = '/account/secure';

export function registerSecureAccount(portal: Hono<WebEnv>, site: Site): void {
  registerTicketPage(portal, site, {
    path: PATH,
    title: 'Secure your account',
    purpose: 'account-security',
    open: (context, { ticket }) => openLink(context, { ticket, purpose: 'account-security' }),
    form: (ticket, { email }) => (
      <>
        <p>
          <Words text="Did someone else use the account of <b>{email}</b>? Then:" email={email} />
        </p>
        <ul>
          <li>{say('you’re signed out in every browser,')}</li>
          <li>{say('the current password stops working,')}</li>
          {site.policy.signIn.providers.length > 0 ? (
            <li>{say('every connected sign-in is disconnected,')}</li>
          ) : null}
          <li>{say('a change of email that waits is cancelled,')}</li>
          <li>{say('and we mail you a link to get back in.')}</li>
        </ul>
        <TicketForm action={PATH} ticket={ticket} button={say('Secure my account')} />
        <p className="hint">
          {say(
            'Your keys keep working, so that your programs do too. Was it you after all? Close this page, and nothing happens.',
          )}
        </p>
      </>
    ),
    async redeem(c, ticket) {
      const { email } = await secureAccount(site.developerContext(c), { ticket });
      site.cookie.clear(c);
      const words = (
        <>
          <p>
            <Words
              text="Your account is secured: everyone is signed out, and no earlier way to sign in works. We’ve mailed <b>{email}</b> a link to get back in."
              email={email}
            />
          </p>
          <p>
            <Words
              text="Could someone have seen your keys? Replace them under <em>Subscriptions</em> once you’re signed in. Need help? Write to {support}."
              support={<MailTo email={site.policy.supportEmail} />}
            />
          </p>
        </>
      );
      return site.page(say('Check your inbox'), words);
    },
  });
}
