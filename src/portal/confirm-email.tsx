import type { Hono } from 'hono';
import { confirmEmail } from '../operations/accounts/confirm-email.ts';
import { openConfirmation } from '../operations/accounts/open-confirmation.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { AccountReady } from './account-ready.tsx';
import { NewPassword, TicketForm } from './form.tsx';
import { OrWithPassword, ProviderButtons } from './provider-buttons.tsx';
import { say, speech, Words } from './say.tsx';
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
          <Words
            text="Confirm that <b>{email}</b> is yours. This link works once, until {moment}."
            email={email}
            moment={speech().moment(expiresAt)}
          />
        </p>
        {choosesPassword ? (
          <>
            <ProviderButtons site={site} claim={{ of: 'email-confirmation', ticket }} />
            <OrWithPassword site={site} />
          </>
        ) : null}
        {choosesPassword && !site.policy.signIn.hasPasswords ? null : (
          <TicketForm action={PATH} ticket={ticket} button={say('Confirm my email')}>
            {choosesPassword ? (
              <NewPassword
                minLength={site.policy.passwordMinLength}
                username={email}
                errors={rejected?.errors}
              />
            ) : null}
          </TicketForm>
        )}
        <p className="hint">{say('Didn’t ask for this? Close this page, and nothing happens.')}</p>
      </>
    ),
    async redeem(c, ticket, fields) {
      const password = fields.get('password');
      const {
        email,
        hasPassword,
        secret: _,
        ...state
      } = await confirmEmail(site.developerContext(c), {
        ticket,
        language: speech().language.tag,
        ...(password === undefined ? {} : { password }),
      });
      return site.page(
        say('Your email is confirmed'),
        <AccountReady
          {...state}
          site={site}
          email={email}
          words={say('Thank you.')}
          needsPassword={!hasPassword}
        />,
      );
    },
  });
}
