import type { Hono } from 'hono';
import type { Text } from '../languages/languages.ts';
import { callOffOwnEmail } from '../operations/accounts/call-off-own-email.ts';
import { editOwnAccount } from '../operations/accounts/edit-own.ts';
import { setNews } from '../operations/accounts/set-news.ts';
import { showOwnAccount } from '../operations/accounts/show-own.ts';
import { endSession } from '../operations/sessions/end.ts';
import { endOtherSessions } from '../operations/sessions/end-others.ts';
import { listSessions } from '../operations/sessions/list.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { browserLabel } from './browser-label.ts';
import { type FieldErrors, fieldErrorsOf, nullOnCode } from './field-errors.ts';
import { Form, NameFields, namesIn } from './form.tsx';
import { LANGUAGE_PATH } from './layout.tsx';
import { Link, Moment, Notice } from './page-parts.tsx';
import { say, speech, Words } from './say.tsx';
import { type Me, type Site, UNPROCESSABLE } from './site.tsx';

export const ACCOUNT_PATH = '/portal/account';
const TITLE: Text = 'My account';

/** Notices by the `done` parameter of the page's address. */
const DONE = {
  names: 'Your name is saved.',
  'stayed-with-address': 'Your email stays as it is. The link that we mailed no longer works.',
  password: 'Password changed. You’ve been signed out everywhere else.',
  connected: 'That sign-in is connected. It signs you in from now on.',
  disconnected: 'That sign-in is disconnected.',
  'news-on': 'News is on.',
  'news-off': 'News is off.',
  'session-ended': 'That browser is signed out.',
  'others-ended': 'You’ve been signed out everywhere else.',
} as const satisfies Record<string, Text>;

export const accountPage = (done: keyof typeof DONE): string => `${ACCOUNT_PATH}?done=${done}`;

export function registerAccount(portal: Hono<WebEnv>, site: Site): void {
  portal.get(
    ACCOUNT_PATH,
    site.withSession(async (c, me) => {
      const done = c.req.query('done') ?? '';
      const notice = Object.hasOwn(DONE, done) ? DONE[done as keyof typeof DONE] : undefined;
      return showAccount(site, me, { notice });
    }),
  );

  portal.post(
    `${ACCOUNT_PATH}/names`,
    site.withSessionForm(async (c, me, fields) => {
      const names = namesIn(fields);
      try {
        await editOwnAccount(me.context, names);
        return c.redirect(accountPage('names'), 303);
      } catch (error) {
        return showAccount(site, me, { names, errors: fieldErrorsOf(error) ?? {} });
      }
    }),
  );

  portal.post(
    `${ACCOUNT_PATH}/email/call-off`,
    site.withSessionForm(async (c, me) => {
      await callOffOwnEmail(me.context, {});
      return c.redirect(accountPage('stayed-with-address'), 303);
    }),
  );

  portal.post(
    `${ACCOUNT_PATH}/news`,
    site.withSessionForm(async (c, me, form) => {
      const isWanted = form.get('news') === 'on';
      await setNews(me.context, { isWanted });
      return c.redirect(accountPage(isWanted ? 'news-on' : 'news-off'), 303);
    }),
  );

  portal.post(
    `${ACCOUNT_PATH}/sessions/end`,
    site.withSessionForm(async (c, me, form) => {
      const ended = endSession(me.context, { sessionId: form.get('session') ?? '' });
      // Another page may have ended it already.
      await nullOnCode(ended, ['session_not_found', 'invalid_input']);
      return c.redirect(accountPage('session-ended'), 303);
    }),
  );

  portal.post(
    `${ACCOUNT_PATH}/sessions/end-others`,
    site.withSessionForm(async (c, me) => {
      await endOtherSessions(me.context, {});
      return c.redirect(accountPage('others-ended'), 303);
    }),
  );
}

type AccountPageState = {
  notice?: Text | undefined;
  names?: { firstName: string; lastName: string };
  errors?: FieldErrors;
};

async function showAccount(site: Site, me: Me, state: AccountPageState): Promise<Response> {
  const { notice, names, errors } = state;
  const account = await showOwnAccount(me.context, {});
  const sessions = await listSessions(me.context, {});
  const content = (
    <>
      {notice ? <Notice>{say(notice)}</Notice> : null}
      <h2>{say('Name')}</h2>
      <Names names={names ?? account} errors={errors} />
      <Email account={account} />
      {site.policy.signIn.hasPasswords ? (
        <>
          <h2>{say('Password')}</h2>
          <Link href={`${ACCOUNT_PATH}/password`} look="button quiet">
            {say(account.hasPassword ? 'Change password' : 'Choose a password')}
          </Link>
        </>
      ) : null}
      <SignIns site={site} account={account} />
      <Sessions sessions={sessions} />
      <h2>{say('Language')}</h2>
      <p>{speech().language.name}</p>
      <Link href={LANGUAGE_PATH} look="button quiet">
        {say('Change language')}
      </Link>
      <News organization={site.policy.organizationName} isOn={account.getsNews} />
      <h2>{say('Close your account')}</h2>
      <Link href={`${ACCOUNT_PATH}/close`} look="button quiet bad">
        {say('Close my account')}
      </Link>
    </>
  );
  return site.sessionPage(me, say(TITLE), content, errors ? UNPROCESSABLE : 200);
}

function SignIns({ site, account }: { site: Site; account: Awaited<ReturnType<typeof showOwnAccount>> }) {
  if (site.policy.signIn.providers.length === 0) return null;
  const names = account.signIns.map(({ label, shownName }) => `${label} (${shownName})`);
  return (
    <>
      <h2>{say('Ways to sign in')}</h2>
      <p>
        {names.length > 0
          ? say('Connected: {providers}', { providers: speech().list(names) })
          : say('No sign-in with another account is connected yet.')}
      </p>
      <Link href={`${ACCOUNT_PATH}/sign-ins`} look="button quiet">
        {say('Change the ways to sign in')}
      </Link>
    </>
  );
}

function Names(props: { names: { firstName: string; lastName: string }; errors: FieldErrors | undefined }) {
  const { names, errors } = props;
  return (
    <Form action={`${ACCOUNT_PATH}/names`} button={say('Save')}>
      <NameFields names={names} errors={errors} />
    </Form>
  );
}

function Email({ account }: { account: Awaited<ReturnType<typeof showOwnAccount>> }) {
  const { email, waitsForAddress, hasPassword, signIns } = account;
  return (
    <>
      <h2>{say('Email')}</h2>
      <p>
        {hasPassword || signIns.length === 0 ? (
          <Words text="You sign in with <b>{email}</b>." email={email} />
        ) : (
          <strong>{email}</strong>
        )}
      </p>
      {waitsForAddress ? (
        <Form action={`${ACCOUNT_PATH}/email/call-off`} button={say('Keep {email}', { email })} isQuiet>
          <p>
            <Words
              text="<b>{email}</b> replaces it once you open the link that we mailed there."
              email={waitsForAddress}
            />
          </p>
        </Form>
      ) : null}
      <Link href={`${ACCOUNT_PATH}/email`} look="button quiet">
        {say('Change email')}
      </Link>
    </>
  );
}

function News({ organization, isOn }: { organization: string; isOn: boolean }) {
  return (
    <>
      <h2>{say('News')}</h2>
      <Form
        action={`${ACCOUNT_PATH}/news`}
        hidden={{ news: isOn ? 'off' : 'on' }}
        button={say(isOn ? 'Turn news off' : 'Turn news on')}
        isQuiet
      >
        <p>
          {isOn
            ? say('{organization} sends you news now and then, such as about a new product.', {
                organization,
              })
            : say('You get no news from {organization}.', { organization })}
        </p>
      </Form>
    </>
  );
}

function Sessions({ sessions }: { sessions: Awaited<ReturnType<typeof listSessions>> }) {
  return (
    <>
      <h2>{say('Where you’re signed in')}</h2>
      <ul className="rows">
        {sessions.map((session) => (
          <li key={session.id}>
            <strong>{browserLabel(session.agent)}</strong>
            {session.isThisOne ? <span className="mark">{say('This browser')}</span> : null}
            <p className="hint">
              <Words text="Signed in {moment}" moment={<Moment at={session.createdAt} />} />
              <br />
              <Words text="Last used {moment}" moment={<Moment at={session.lastSeenAt} />} />
            </p>
            {session.isThisOne ? null : (
              <Form
                action={`${ACCOUNT_PATH}/sessions/end`}
                hidden={{ session: session.id }}
                button={say('Sign out')}
                label={say('Sign out {browser}, last used {moment}', {
                  browser: browserLabel(session.agent),
                  moment: speech().moment(session.lastSeenAt),
                })}
                isQuiet
              />
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 2 ? (
        <Form
          action={`${ACCOUNT_PATH}/sessions/end-others`}
          button={say('Sign out everywhere else')}
          isQuiet
        />
      ) : null}
    </>
  );
}
