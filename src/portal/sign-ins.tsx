// A developer's ways to sign in: connect another one, or disconnect one.
import type { Hono } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import { showOwnAccount } from '../operations/accounts/show-own.ts';
import { beginProviderSignIn } from '../operations/identities/begin.ts';
import { disconnectProvider } from '../operations/identities/disconnect.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { ACCOUNT_PATH, accountPage } from './account.tsx';
import { type FieldErrors, fieldErrorsOf } from './field-errors.ts';
import { Alert, Link } from './page-parts.tsx';
import { canProve, currentPasswordIn, type Own, OwnPassword, SignInAgain } from './prove-owner.tsx';
import { BROWSER_SECONDS, leadTo } from './provider-buttons.tsx';
import { providerErrorPage } from './provider-pages.tsx';
import { say, speech, Words } from './say.tsx';
import { type Me, type Site, UNPROCESSABLE } from './site.tsx';

const PATH = `${ACCOUNT_PATH}/sign-ins`;

export function registerSignIns(portal: Hono<WebEnv>, site: Site): void {
  if (site.policy.signIn.providers.length === 0) return;
  portal.get(
    PATH,
    site.withSession((_c, me) => signInsPage(site, me)),
  );
  portal.post(
    PATH,
    site.withSessionForm(async (c, me, form) => {
      await site.guard.beforeOwnPassword(me.accountId);
      const currentPassword = currentPasswordIn(form);
      const [provider, index] = [form.get('connect'), form.get('disconnect')];
      try {
        if (provider !== undefined) return await connect(c, site, me, { provider, ...currentPassword });
        const { signIns } = await showOwnAccount(me.context, {});
        const { issuer = '', subject = '' } = signIns[Number(index)] ?? {};
        await disconnectProvider(me.context, { issuer, subject, ...currentPassword });
        return c.redirect(accountPage('disconnected'), 303);
      } catch (error) {
        return refusedPage(site, me, error);
      }
    }),
  );
}

async function connect(
  c: WebContext,
  site: Site,
  me: Me,
  given: { provider: string; currentPassword?: string },
): Promise<Response> {
  await site.guard.beforeProvider(c);
  const browserSecret = site.browserCookie.read(c);
  const begun = await beginProviderSignIn(me.context, {
    ...given,
    purpose: 'connect',
    ...(browserSecret ? { browserSecret } : {}),
  });
  site.browserCookie.write(c, begun.browserSecret, BROWSER_SECONDS);
  const label = site.policy.signIn.providers.find(({ name }) => name === given.provider)?.label ?? '';
  return leadTo(c, site, begun.url, label);
}

async function refusedPage(site: Site, me: Me, error: unknown): Promise<Response> {
  const code = error instanceof DomainError ? error.code : null;
  if (code === 'identity_last')
    return signInsPage(site, me, {
      words: say('This is your only way to sign in, so it can’t be disconnected.'),
    });
  // Another page disconnected it, or the sign-in is no longer fresh: the page says so.
  if (code === 'identity_not_found' || code === 'sign_in_too_old') return signInsPage(site, me);
  if (code === 'provider_unavailable') return providerErrorPage(site, '', error);
  return signInsPage(site, me, { errors: fieldErrorsOf(error) ?? {} });
}

async function signInsPage(
  site: Site,
  me: Me,
  { errors, words }: { errors?: FieldErrors; words?: string } = {},
): Promise<Response> {
  const own = await showOwnAccount(me.context, {});
  const content = (
    <>
      {words ? <Alert>{words}</Alert> : null}
      {canProve(own) ? (
        <form method="post" action={PATH}>
          <OwnPassword own={own} errors={errors} />
          <Connected own={own} />
          <Unconnected site={site} own={own} />
        </form>
      ) : (
        <SignInAgain site={site} own={own} page="sign-ins" />
      )}
      <Link href={ACCOUNT_PATH}>{say('Back to my account')}</Link>
    </>
  );
  return site.sessionPage(me, say('Ways to sign in'), content, errors || words ? UNPROCESSABLE : 200);
}

function Connected({ own }: { own: Own }) {
  if (own.signIns.length === 0) return <p>{say('No sign-in with another account is connected yet.')}</p>;
  return (
    <ul className="rows">
      {own.signIns.map(({ label, shownName, lastUsedAt }, index) => (
        <li key={`${label} ${shownName}`}>
          <strong>{label}</strong>
          <p className="hint">
            {shownName}
            <br />
            <Words text="Last used {moment}" moment={speech().moment(lastUsedAt)} />
          </p>
          <button
            className="quiet"
            type="submit"
            name="disconnect"
            value={index}
            aria-label={say('Disconnect {provider}, {name}', { provider: label, name: shownName })}
          >
            {say('Disconnect')}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Unconnected({ site, own }: { site: Site; own: Own }) {
  return site.policy.signIn.providers
    .filter(({ name }) => !own.signIns.some(({ provider }) => provider === name))
    .map(({ name, label }) => (
      <p key={name}>
        <button className="quiet" type="submit" name="connect" value={name}>
          {say('Connect {provider}', { provider: label })}
        </button>
      </p>
    ));
}
