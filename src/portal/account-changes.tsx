// Changes that need the current password: another email, another password, closing the account.
import type { Hono } from 'hono';
import type { ReactNode } from 'react';
import { DomainError } from '../domain/domain-error.ts';
import type { Text } from '../languages/languages.ts';
import { changeOwnEmail } from '../operations/accounts/change-own-email.ts';
import { closeOwnAccount } from '../operations/accounts/close.ts';
import { showOwnAccount } from '../operations/accounts/show-own.ts';
import { changePassword } from '../operations/passwords/change.ts';
import { listOwnSubscriptions } from '../operations/subscriptions/list-own.ts';
import type { FormFields } from '../web/read-form.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { ACCOUNT_PATH, accountPage } from './account.tsx';
import { type FieldErrors, fieldErrorsOf } from './field-errors.ts';
import { EmailField, emailIn, NewPassword } from './form.tsx';
import { BackLink } from './layout.tsx';
import { Link } from './page-parts.tsx';
import { canProve, currentPasswordIn, type Own, OwnPassword, ProveFirst } from './prove-owner.tsx';
import { say, Words } from './say.tsx';
import { type Me, type Site, UNPROCESSABLE } from './site.tsx';

type FormState = { errors?: FieldErrors; value?: string };
type AccountChange = {
  path: string;
  title: Text;
  fields: (site: Site, me: Me, state: FormState, own: Own) => ReactNode | Promise<ReactNode>;
  /** The typed value that the form shows again. */
  value?: (form: FormFields) => string;
  submit: (c: WebContext, site: Site, me: Me, form: FormFields) => Promise<Response>;
};

const CHANGES: readonly AccountChange[] = [
  {
    path: `${ACCOUNT_PATH}/email`,
    title: 'Change email',
    fields: (_site, me, state, own) => <EmailFields me={me} own={own} {...state} />,
    value: emailIn,
    async submit(_c, site, me, form) {
      await site.guard.beforeAction('ownAddress', me.accountId);
      const { waitsForAddress } = await changeOwnEmail(me.context, {
        email: emailIn(form),
        ...currentPasswordIn(form),
      });
      return site.sessionPage(
        me,
        say('Check your inbox'),
        <EmailChangeRequested me={me} to={waitsForAddress} />,
      );
    },
  },
  {
    path: `${ACCOUNT_PATH}/password`,
    title: 'Change password',
    fields: (site, me, { errors }, own) => (
      <>
        <OwnPassword own={own} errors={errors} />
        <NewPassword minLength={site.policy.passwordMinLength} username={me.email} errors={errors} />
        <p className="hint after">{say('You’ll be signed out everywhere else.')}</p>
        <button type="submit">{say('Change password')}</button>
      </>
    ),
    async submit(c, site, me, form) {
      const { secret } = await changePassword(me.context, {
        ...currentPasswordIn(form),
        password: form.get('password') ?? '',
        agent: site.browserOf(c).agent,
      });
      site.cookie.write(c, secret);
      return c.redirect(accountPage('password'), 303);
    },
  },
  {
    path: `${ACCOUNT_PATH}/close`,
    title: 'Close your account',
    fields: async (site, me, { errors }, own) => (
      <CloseFields site={site} subscriptions={await liveSubscriptions(me)} own={own} errors={errors} />
    ),
    async submit(c, site, me, form) {
      await closeOwnAccount(me.context, currentPasswordIn(form));
      site.cookie.clear(c);
      return c.redirect('/portal/closed', 303);
    },
  },
];

export function registerAccountChanges(portal: Hono<WebEnv>, site: Site): void {
  for (const { path, title, fields, value, submit } of CHANGES) {
    const page = async (me: Me, state: FormState, status = 200) => {
      const own = await showOwnAccount(me.context, {});
      const form = canProve(own) ? (
        <form method="post" action={path}>
          {await fields(site, me, state, own)}
        </form>
      ) : (
        <ProveFirst site={site} own={own} page={path.split('/').at(-1) ?? ''} />
      );
      return site.sessionPage(me, say(title), form, status);
    };
    portal.get(
      path,
      site.withSession((_c, me) => page(me, {})),
    );
    portal.post(
      path,
      site.withSessionForm(async (c, me, form) => {
        await site.guard.beforeOwnPassword(me.accountId);
        try {
          return await submit(c, site, me, form);
        } catch (error) {
          // The sign-in grew old while the form was open: the page asks to sign in again.
          const isOld = error instanceof DomainError && error.code === 'sign_in_too_old';
          const errors = isOld ? {} : (fieldErrorsOf(error) ?? {});
          return page(me, { errors, value: value?.(form) ?? '' }, UNPROCESSABLE);
        }
      }),
    );
  }
  portal.get('/portal/closed', (c) => {
    const { supportEmail, eraseDeletedAfterDays: days } = site.policy;
    return site.page(
      say('Your account is closed'),
      <>
        <BackLink cameFrom={site.cameFrom(c)} />
        <p>{say('You’re signed out, and your keys no longer work. Thank you for building with us.')}</p>
        <p>
          {days > 0
            ? say(
                'Your personal data will be erased after {days, plural, one {# day} other {# days}}. If you change your mind before that, write to {support}.',
                { days, support: supportEmail },
              )
            : say('Your personal data is erased.')}
        </p>
      </>,
    );
  });
}

const liveSubscriptions = async (me: Me): Promise<number> =>
  (await listOwnSubscriptions(me.context, {})).filter(({ state }) => state === 'active').length;

function EmailFields({ me, own, value, errors }: { me: Me; own: Own } & FormState) {
  return (
    <>
      <p>
        <Words
          text="Your email is <b>{email}</b>. The new one replaces it once you open the link that we mail there."
          email={me.email}
        />
      </p>
      <EmailField label={say('New email')} value={value} errors={errors} />
      <OwnPassword own={own} errors={errors} />
      <button type="submit">{say('Continue')}</button>
    </>
  );
}

function EmailChangeRequested({ me, to }: { me: Me; to: string | null }) {
  return (
    <>
      {to ? (
        <p>
          <Words
            text="We’ve mailed a link to <b>{email}</b>. Open it to change your email. Until then, nothing changes."
            email={to}
          />
        </p>
      ) : (
        <p>
          <Words text="<b>{email}</b> is already your email, so nothing changes." email={me.email} />
        </p>
      )}
      <Link href={ACCOUNT_PATH}>{say('Back to my account')}</Link>
    </>
  );
}

function CloseFields(props: {
  site: Site;
  subscriptions: number;
  own: Own;
  errors: FieldErrors | undefined;
}) {
  const { site, subscriptions, own, errors } = props;
  const { eraseDeletedAfterDays: days, supportEmail } = site.policy;
  return (
    <>
      <p>
        {say('You’ll be signed out for good, and your keys stop working at once.')}
        {subscriptions > 0
          ? ` ${say('You have {subscriptions, plural, one {one active subscription} other {# active subscriptions}}: calls with their keys will be refused.', { subscriptions })}`
          : ''}
      </p>
      <p>
        {days > 0
          ? say(
              'Your personal data is erased after {days, plural, one {# day} other {# days}}. Until then, {support} can restore the account.',
              { days, support: supportEmail },
            )
          : say('Your personal data is erased at once. The account can’t be restored.')}
      </p>
      <OwnPassword own={own} errors={errors} />
      <button className="bad" type="submit">
        {say('Close my account')}
      </button>
    </>
  );
}
