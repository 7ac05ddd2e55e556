// The developer portal, and the pages behind mailed links. A GET shows and changes nothing; only the POST of its form redeems the ticket.
import type { Hono } from 'hono';
import type { Log } from '../log.ts';
import type { Actor, Context, Policy } from '../operations/frame/context.ts';
import type { RateLimits } from '../web/rate-limit.ts';
import { refusalAnswer } from '../web/refusal.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { asRefusal, createWebApp, retryAfter } from '../web/web-app.ts';
import { registerAcceptInvitation } from './accept-invitation.tsx';
import { registerAccount } from './account.tsx';
import { registerAccountChanges } from './account-changes.tsx';
import { registerAskForLink } from './ask-for-link.tsx';
import { registerConfirmEmail } from './confirm-email.tsx';
import { createGate } from './gate.ts';
import { registerHome } from './home.tsx';
import { registerProducts } from './products.tsx';
import { registerResetPassword } from './reset-password.tsx';
import { registerSignIn } from './sign-in.tsx';
import { registerSignInLink } from './sign-in-link.tsx';
import { registerSignUp } from './sign-up.tsx';
import { createSite } from './site.tsx';
import { registerSubscriptionKeys } from './subscription-keys.tsx';
import { registerSubscriptions } from './subscriptions.tsx';

type PortalParts = {
  log: Log;
  policy: Policy;
  limits: RateLimits;
  /** For one request: of whoever came through a mailed link or a public form, or of `actor`. */
  contextOf(requestId: string, actor?: Actor): Context;
};

/** The app of all pages. Other surfaces may be mounted on it; what nobody owns is answered with a page, 404. */
export function createPortal({ log, policy, limits, contextOf }: PortalParts): Hono<WebEnv> {
  const site = createSite({ policy, contextOf, gate: createGate({ limits, policy }) });
  const portal = createWebApp({ log });

  registerHome(portal, site);
  registerAcceptInvitation(portal, site);
  registerResetPassword(portal, site);
  registerConfirmEmail(portal, site);
  registerAskForLink(portal, site);
  registerSignIn(portal, site);
  registerSignInLink(portal, site);
  registerSignUp(portal, site);
  registerProducts(portal, site);
  registerSubscriptions(portal, site);
  registerSubscriptionKeys(portal, site);
  registerAccount(portal, site);
  registerAccountChanges(portal, site);
  answerOtherMethods(portal);

  portal.notFound(() =>
    site.page('There is nothing here', <p>The address may be mistyped, or what was here is gone.</p>, 404),
  );
  portal.onError((error, c) => {
    const refusal = asRefusal(log, error, c.env.facts);
    const { status, words } = refusalAnswer(refusal.code);
    const reference = <p className="hint">Reference: {c.env.facts.id}</p>;
    const answer = site.page(words, reference, status);
    for (const [name, value] of Object.entries(retryAfter(refusal.retryAfterSeconds)))
      answer.headers.set(name, value);
    return answer;
  });
  return portal;
}

/** OPTIONS says what a page takes; every other method that it doesn't take is answered 405. */
function answerOtherMethods(portal: Hono<WebEnv>): void {
  const methodsByPath = new Map<string, Set<string>>();
  for (const { path, method } of portal.routes) {
    if (method === 'ALL') continue;
    const methods = methodsByPath.get(path) ?? new Set(['OPTIONS']);
    methodsByPath.set(path, methods.add(method));
    if (method === 'GET') methods.add('HEAD');
  }
  for (const [path, methods] of methodsByPath) {
    const allow = { allow: [...methods].sort().join(', ') };
    portal.options(path, (c) => c.body(null, 204, allow));
    portal.all(path, (c) => c.text('This address does not take such a request.', 405, allow));
  }
}
