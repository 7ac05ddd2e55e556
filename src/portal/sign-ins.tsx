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
import { canProve, currentPasswordIn, type Own, OwnPassword, ProveFirst } from './prove-owner.tsx';
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
      const provider = form.get('connect');
      try {
        if (provider !== undefined) return await connect(c, site, me, { provider, ...currentPassword });
        const identity = identityIn(form.get('disconnect') ?? '');
        await disconnectProvider(me.context, { ...identity, ...currentPassword });
        return c.redirect(accountPage('disconnected'), 303);
      } catch (error) {
        return refusedPage(site, me, error);
      }
    }),
  );
}

/** An issuer has no space. The operation takes only an identity of the developer's own. */
const nameOf = ({ issuer, subject }: Own['signIns'][number]): string => `${issuer} ${subject}`;

function identityIn(name: string): { issuer: string; subject: string } {
  const [issuer = '', ...subject] = name.split(' ');
  return { issuer, subject: subject.join(' ') };
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
        <ProveFirst site={site} own={own} page="sign-ins" />
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
      {own.signIns.map((one) => (
        <li key={nameOf(one)}>
          <strong>{one.label}</strong>
          <p className="hint">
            {one.shownName}
            <br />
            <Words text="Last used {moment}" moment={speech().moment(one.lastUsedAt)} />
          </p>
          <button
            className="quiet"
            type="submit"
            name="disconnect"
            value={nameOf(one)}
            aria-label={say('Disconnect {provider}, {name}', { provider: one.label, name: one.shownName })}
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
    .filter((choice) => !own.signIns.some(({ issuer }) => issuer === choice.issuer))
    .map(({ name, label }) => (
      <p key={name}>
        <button className="quiet" type="submit" name="connect" value={name}>
          {say('Connect {provider}', { provider: label })}
        </button>
      </p>
    ));
}
