// We are the page that Azure's developer portal delegates to: it hands over, the developer does it here, and goes back.
import type { Hono } from 'hono';
import { type DelegatedRequest, pageOfPortal, readDelegation } from '../domain/azure-delegation.ts';
import { enterPortal } from '../operations/azure/enter-portal.ts';
import { resolveDelegation } from '../operations/azure/resolve-delegation.ts';
import { signOut } from '../operations/sessions/sign-out.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { ACCOUNT_PATH } from './account.tsx';
import type { Delegation } from './delegation-cookie.ts';
import { nullOnCode } from './field-errors.ts';
import { Form } from './form.tsx';
import { BACK_PATH } from './layout.tsx';
import { MailTo } from './mail-to.tsx';
import { pathOfProduct } from './offer.tsx';
import { Link } from './page-parts.tsx';
import { renewPage } from './renew.tsx';
import { say, Words } from './say.tsx';
import { SIGN_UP_PATH } from './sign-up.tsx';
import type { Me, Site } from './site.tsx';
import { pathOfSubscription } from './subscription-labels.ts';
import { findOwn, noSuchSubscription } from './subscriptions.tsx';

const PATH = '/portal/delegation';
const CONTINUE = `${PATH}/continue`;
const FORBIDDEN = 403;
const UNAVAILABLE = 503;
/** While an account is on its way to Azure. */
const LOOK_AGAIN_SECONDS = '5';

const ACCOUNT_PAGES = {
  ChangePassword: `${ACCOUNT_PATH}/password`,
  ChangeProfile: ACCOUNT_PATH,
  CloseAccount: `${ACCOUNT_PATH}/close`,
};

export function registerDelegation(portal: Hono<WebEnv>, site: Site, delegation: Delegation): void {
  const { portalUrl } = delegation;
  const cookie = site.delegated;
  /** Back to where the developer came from, for good. */
  const leave = (c: WebContext) => {
    cookie.clear(c);
    return c.redirect(`${portalUrl}/`, 303);
  };

  // What it says is signed and does nothing by itself, so it may be opened again and again.
  portal.get(PATH, (c) => {
    const request = readDelegation(new URL(c.req.url).searchParams, delegation.isSigned);
    if (!request) return wrongLinkPage(site, portalUrl);
    const { returnUrl } = request;
    cookie.write(c, returnUrl ? { ...request, returnUrl: pageOfPortal(portalUrl, returnUrl) } : request);
    return c.redirect(CONTINUE, 303);
  });

  portal.get(CONTINUE, async (c) => {
    const request = cookie.read(c);
    if (!request) return c.redirect('/portal', 303);
    const me = await site.me(c);
    if (request.operation === 'SignOut') return me ? signOutPage(site, me, portalUrl) : leave(c);
    if (me) return continuePage(c, site, me, { portalUrl, request });
    const signsUp = request.operation === 'SignUp' && site.policy.signUp !== 'off';
    return site.askToSignIn(c, signsUp ? SIGN_UP_PATH : undefined);
  });

  portal.post(
    CONTINUE,
    site.withSessionForm(async (c, me) => {
      const { returnUrl } = cookie.read(c) ?? {};
      if (!returnUrl) return c.redirect('/portal', 303);
      await site.guard.beforeAction('enterPortal', me.accountId);
      const entry = await nullOnCode(enterPortal(me.context, {}), ['azure_user_missing']);
      if (!entry) return c.redirect(CONTINUE, 303);
      const token = await delegation.tokenFor(entry.userId, entry.expiresAt);
      if (token === null) return unreachablePage(site, me, portalUrl);
      cookie.clear(c);
      const query = new URLSearchParams({ token, returnUrl: pageOfPortal(portalUrl, returnUrl) });
      c.header('referrer-policy', 'no-referrer');
      c.header('cache-control', 'no-store');
      return c.redirect(`${portalUrl}/signin-sso?${query}`, 303);
    }),
  );

  const endSession = (after: (c: WebContext) => Response) =>
    site.withSessionForm(async (c, me) => {
      await signOut(me.context, {});
      site.cookie.clear(c);
      return after(c);
    });
  portal.post(`${CONTINUE}/sign-out`, endSession(leave));
  portal.post(
    `${CONTINUE}/switch`,
    endSession((c) => site.askToSignIn(c)),
  );

  portal.get(BACK_PATH, (c) => {
    const isSignIn = cookie.read(c)?.returnUrl !== undefined;
    return isSignIn ? c.redirect(CONTINUE, 303) : leave(c);
  });
}

type Pending = { portalUrl: string; request: DelegatedRequest };

/** The page where the developer does what was handed over. */
async function continuePage(c: WebContext, site: Site, me: Me, pending: Pending): Promise<Response> {
  const { portalUrl, request } = pending;
  const { operation, returnUrl: _, ...ids } = request;
  const { user, isOwn, productId, subscriptionId } = await resolveDelegation(me.context, ids);
  if (!isOwn) return otherAccountPage(site, me, portalUrl);
  switch (operation) {
    case 'SignIn':
    case 'SignUp':
      return user.isThere ? goesOnPage(site, me, portalUrl) : waitPage(site, me, portalUrl, user.comes);
    case 'Subscribe':
      return productId === null
        ? unknownPage(site, me, portalUrl)
        : c.redirect(pathOfProduct(productId), 303);
    case 'Unsubscribe':
    case 'Renew': {
      if (subscriptionId === null) return unknownPage(site, me, portalUrl);
      const subscription = await findOwn(me, subscriptionId);
      if (!subscription) return noSuchSubscription(site, me);
      return operation === 'Renew'
        ? renewPage(site, me, subscription)
        : c.redirect(`${pathOfSubscription(subscriptionId)}/cancel`, 303);
    }
    case 'SignOut':
      return signOutPage(site, me, portalUrl);
    default:
      return c.redirect(ACCOUNT_PAGES[operation], 303);
  }
}

const hostOf = (portalUrl: string): string => new URL(portalUrl).host;

/** On a page that is the way back itself. */
const withoutWayBack = (me: Me): Me => ({ ...me, cameFrom: null });

/** Goes on by itself where scripts run. */
function goesOnPage(site: Site, me: Me, portalUrl: string): Response {
  const content = (
    <>
      <p>
        <Words
          text="You’re signed in as <b>{email}</b>, and go on to {site}."
          email={me.email}
          site={hostOf(portalUrl)}
        />
      </p>
      <Form action={CONTINUE} button={say('Continue')} goesOn />
      <Form action={`${CONTINUE}/switch`} button={say('Use another account')} isQuiet />
    </>
  );
  return site.sessionPage(withoutWayBack(me), say('Signing you in'), content, 200, [portalUrl]);
}

function waitPage(site: Site, me: Me, portalUrl: string, comes: boolean): Response {
  const there = { site: hostOf(portalUrl) };
  if (!comes)
    return site.sessionPage(
      me,
      say('{site} doesn’t have your account', there),
      <p>
        <Words
          text="It won’t get there by itself. Write to {support}, and tell us that you’d like to use {site}."
          {...there}
          support={<MailTo email={site.policy.supportEmail} />}
        />
      </p>,
    );
  const words = say(
    '{site} doesn’t have your account yet. We’re passing it on, and this page looks again by itself.',
    there,
  );
  const content = (
    <>
      <p role="status">{words}</p>
      <Link href={CONTINUE} look="button">
        {say('Look again')}
      </Link>
    </>
  );
  const page = site.sessionPage(withoutWayBack(me), say('Your account is on its way'), content);
  page.headers.set('refresh', LOOK_AGAIN_SECONDS);
  return page;
}

function unreachablePage(site: Site, me: Me, portalUrl: string): Response {
  const content = (
    <>
      <p>{say('Nothing was lost. Wait a moment, then try again.')}</p>
      <Form action={CONTINUE} button={say('Try again')} />
    </>
  );
  const title = say('We can’t reach {site} right now', { site: hostOf(portalUrl) });
  return site.sessionPage(me, title, content, UNAVAILABLE, [portalUrl]);
}

function otherAccountPage(site: Site, me: Me, portalUrl: string): Response {
  const content = (
    <>
      <p>
        <Words
          text="You’re signed in here as <b>{email}</b>, and at {site} with another account. To go on, sign in here with that one."
          email={me.email}
          site={hostOf(portalUrl)}
        />
      </p>
      <Form action={`${CONTINUE}/switch`} button={say('Sign in with the other account')} />
    </>
  );
  return site.sessionPage(me, say('Another account is signed in here'), content, FORBIDDEN);
}

function signOutPage(site: Site, me: Me, portalUrl: string): Response {
  const content = (
    <>
      <p>
        <Words text="You’re still signed in here as <b>{email}</b>." email={me.email} />
      </p>
      <Form action={`${CONTINUE}/sign-out`} button={say('Sign out')} />
    </>
  );
  return site.sessionPage(me, say('Sign out here too'), content, 200, [portalUrl]);
}

function unknownPage(site: Site, me: Me, portalUrl: string): Response {
  const content = (
    <p>
      <Words
        text="{site} knows this product or subscription, and we don’t yet. Try again in a few minutes, or write to {support}."
        site={hostOf(portalUrl)}
        support={<MailTo email={site.policy.supportEmail} />}
      />
    </p>
  );
  return site.sessionPage(me, say('Not known here yet'), content, 404);
}

/** Says nothing of what was wrong: a forger would learn from it. */
function wrongLinkPage(site: Site, portalUrl: string): Response {
  const there = { site: hostOf(portalUrl) };
  const again = say(
    'It’s incomplete, or {site} didn’t make it for us. Go back to {site} and try again.',
    there,
  );
  const content = (
    <>
      <p>{again}</p>
      <p>
        <Words
          text="If it happens again, write to {support}. The people who run {site} then check that both sides have the same delegation key."
          {...there}
          support={<MailTo email={site.policy.supportEmail} />}
        />
      </p>
      <Link href={`${portalUrl}/`} look="button">
        {say('Back to {site}', there)}
      </Link>
    </>
  );
  return site.page(say('This link doesn’t work'), content, FORBIDDEN);
}
