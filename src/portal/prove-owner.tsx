// A developer proves again who they are: by the password, or without one by a provider that asks them again, or a mailed link.
import type { Hono } from 'hono';
import type { showOwnAccount } from '../operations/accounts/show-own.ts';
import { proveByLink } from '../operations/sessions/prove.ts';
import { requestProof } from '../operations/sessions/request-proof.ts';
import { openLink } from '../operations/tickets/open.ts';
import type { FormFields } from '../web/read-form.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { ACCOUNT_PATH } from './account.tsx';
import type { FieldErrors } from './field-errors.ts';
import { CurrentPassword, TicketForm } from './form.tsx';
import { ProviderButtons, withCookies } from './provider-buttons.tsx';
import { say, Words } from './say.tsx';
import type { Me, Site } from './site.tsx';
import { registerTicketPage } from './ticket-page.tsx';

export type Own = Awaited<ReturnType<typeof showOwnAccount>>;

const PATH = `${ACCOUNT_PATH}/prove`;
const MAIL_PATH = `${ACCOUNT_PATH}/mail-proof`;
/** The pages that ask for it, by the last part of their address. */
const PAGES = ['email', 'password', 'close', 'sign-ins'];

/** Whether the developer can send such a form now. */
export const canProve = (own: Own): boolean => own.hasPassword || own.isProved;

/** Not for an account without a password that works here. */
export const OwnPassword = ({ own, errors }: { own: Own; errors: FieldErrors | undefined }) =>
  own.hasPassword ? <CurrentPassword errors={errors} /> : null;

export function currentPasswordIn(form: FormFields): { currentPassword?: string } {
  const typed = form.get('currentPassword');
  return typed === undefined ? {} : { currentPassword: typed };
}

/** Notes the page to come back to with the proof. */
export function keepPageToProve(c: WebContext, site: Site, form: FormFields): void {
  const page = form.get('page') ?? '';
  if (PAGES.includes(page)) site.keepReturnPage(c, `${ACCOUNT_PATH}/${page}`);
}

/** Instead of the form. `page` is the last part of its address, to come back to. */
export function ProveFirst({ site, own, page }: { site: Site; own: Own; page: string }) {
  return (
    <>
      <p>{say('To change this, prove first that it’s you.')}</p>
      <ProviderButtons site={site} again={{ page, providers: own.provers }} />
      <ProveByMail email={own.email} page={page} />
    </>
  );
}

const ProveByMail = ({ email, page }: { email: string; page: string | null }) => (
  <form method="post" action={MAIL_PATH} className="provider">
    {page ? <input type="hidden" name="page" value={page} /> : null}
    <button className="quiet" type="submit">
      {say('Mail a link to {email}', { email })}
    </button>
  </form>
);

/** The provider signed the developer in, but doesn’t say that it asked them again. The page to come back to is noted. */
export const unprovedPage = (site: Site, me: Me, provider: string): Response =>
  site.sessionPage(
    me,
    say('Prove that it’s you'),
    <>
      <p>
        {say(
          '{provider} doesn’t tell us that you’ve just proved who you are. We can mail you a link instead.',
          {
            provider,
          },
        )}
      </p>
      <ProveByMail email={me.email} page={null} />
    </>,
  );

export function registerProveOwner(portal: Hono<WebEnv>, site: Site): void {
  portal.post(
    MAIL_PATH,
    site.withSessionForm(async (c, me, form) => {
      await site.guard.beforeAction('ownAddress', me.accountId);
      keepPageToProve(c, site, form);
      const { email, minutes } = await requestProof(me.context, {});
      const words = (
        <p>
          <Words
            text="We’ve mailed a link to <b>{email}</b>. Open it within {minutes} minutes, in a browser where you’re signed in."
            email={email}
            minutes={minutes}
          />
        </p>
      );
      return withCookies(c, site.sessionPage(me, say('Check your inbox'), words));
    }),
  );
  registerTicketPage(portal, site, {
    path: PATH,
    title: 'Prove that it’s you',
    purpose: 'session-proof',
    open: (context, { ticket }) => openLink(context, { ticket, purpose: 'session-proof' }),
    form: (ticket, { email }) => (
      <>
        <p>
          <Words
            text="Someone wants to change the account of <b>{email}</b> in the portal. If it’s you, go on: this browser may do it for a few minutes."
            email={email}
          />
        </p>
        <TicketForm action={PATH} ticket={ticket} button={say('It’s me')} />
        <p className="hint">{say('Not you? Close this page, and nothing happens.')}</p>
      </>
    ),
    async redeem(c, ticket) {
      const me = await site.me(c);
      if (!me) {
        site.keepReturnPage(c, `${PATH}?ticket=${ticket}`);
        return c.redirect('/portal/sign-in', 303);
      }
      await proveByLink(me.context, { ticket });
      return c.redirect(site.takeReturnPage(c), 303);
    },
  });
}
