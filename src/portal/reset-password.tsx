import type { Hono } from 'hono';
import { openPasswordReset } from '../operations/passwords/open-reset.ts';
import { resetPassword } from '../operations/passwords/reset.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { AccountReady } from './account-ready.tsx';
import { NewPassword, TicketForm } from './form.tsx';
import { OrWithPassword, ProviderButtons } from './provider-buttons.tsx';
import { say, speech, Words } from './say.tsx';
import type { Site } from './site.tsx';
import { registerTicketPage } from './ticket-page.tsx';

const PATH = '/password/reset';

export function registerResetPassword(portal: Hono<WebEnv>, site: Site): void {
  registerTicketPage(portal, site, {
    path: PATH,
    title: site.policy.signIn.hasPasswords ? 'Set a new password' : 'Choose how you sign in',
    purpose: 'password-reset',
    open: openPasswordReset,
    form: (ticket, { email, expiresAt, connected }, rejected) => (
      <>
        <p>
          <Words
            text="For the account of <b>{email}</b>. This link works once, until {moment}."
            email={email}
            moment={speech().moment(expiresAt)}
          />
        </p>
        <ProviderButtons site={site} claim={{ of: 'password-reset', ticket }} />
        <OrWithPassword site={site} />
        {site.policy.signIn.hasPasswords ? (
          <TicketForm action={PATH} ticket={ticket} button={say('Set the new password')}>
            <NewPassword
              minLength={site.policy.passwordMinLength}
              username={email}
              errors={rejected?.errors}
            />
            {connected.length > 0 ? (
              <p className="hint">
                {say('A new password disconnects {providers}. You can connect it again under My account.', {
                  providers: speech().list(connected),
                })}
              </p>
            ) : null}
          </TicketForm>
        ) : null}
      </>
    ),
    async redeem(c, ticket, fields) {
      const password = fields.get('password') ?? '';
      const { email } = await resetPassword(site.developerContext(c), {
        ticket,
        password,
        language: speech().language.tag,
      });
      const words = say('Any earlier password no longer works.');
      return site.page(
        say('Your new password is set'),
        <AccountReady site={site} email={email} words={words} />,
      );
    },
  });
}
