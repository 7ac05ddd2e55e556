// The developer portal, and the pages behind mailed links.
import { Hono } from 'hono';
import type { Languages, Text } from '../languages/languages.ts';
import type { Actor, Context, Policy } from '../operations/frame/context.ts';
import { recogniseTicket } from '../operations/tickets/recognise.ts';
import type { RateLimits } from '../web/rate-limit.ts';
import {
  describeRefusal,
  type HttpRefusal,
  type RefusalCode,
  type RefusalResponder,
} from '../web/refusal.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { registerAcceptInvitation } from './accept-invitation.tsx';
import { registerAccount } from './account.tsx';
import { registerAccountChanges } from './account-changes.tsx';
import { registerAskForLink } from './ask-for-link.tsx';
import { registerConfirmEmail } from './confirm-email.tsx';
import { registerDelegation } from './delegation.tsx';
import type { Delegation } from './delegation-cookie.ts';
import { registerHome } from './home.tsx';
import { registerLanguage } from './language.tsx';
import { registerLogo } from './logo.ts';
import { Link } from './page-parts.tsx';
import { registerProducts } from './products.tsx';
import { registerProveOwner } from './prove-owner.tsx';
import { registerProviderFinish } from './provider-finish.tsx';
import { registerProviderSignIn } from './provider-sign-in.tsx';
import { registerReference } from './reference.tsx';
import { createRequestGuard } from './request-guard.ts';
import { registerResetPassword } from './reset-password.tsx';
import { createSpeaker, say, Words } from './say.tsx';
import { registerSecureAccount } from './secure-account.tsx';
import { registerSignIn } from './sign-in.tsx';
import { registerSignInLink } from './sign-in-link.tsx';
import { registerSignIns } from './sign-ins.tsx';
import { registerSignUp } from './sign-up.tsx';
import { createSite, type Site, TermsWait } from './site.tsx';
import { registerCancel, registerSubscriptionKeys } from './subscription-keys.tsx';
import { registerSubscriptions } from './subscriptions.tsx';
import { registerTerms } from './terms.tsx';
import { registerUnsubscribe } from './unsubscribe.tsx';

type PortalOptions = {
  policy: Policy;
  limits: RateLimits;
  /** Those that a developer can choose from. */
  languages: Languages;
  /** The context of one request. Without `actor`: of a mailed link or public form. */
  contextOf(requestId: string, actor?: Actor): Context;
  /** Null: no developer portal of Azure's delegates to this one. */
  delegation: Delegation | null;
};

export type Portal = { app: Hono<WebEnv>; refusalPage: RefusalResponder };

/** All pages, and the page for a refused request or an unknown address. */
export function createPortal({ policy, limits, contextOf, languages, delegation }: PortalOptions): Portal {
  const guard = createRequestGuard({
    limits,
    policy,
    isRightTicket: async (c, claim) => (await recogniseTicket(contextOf(c.env.facts.id), claim)) !== null,
  });
  const site = createSite({ policy, contextOf, guard, languages, delegation });
  const inItsLanguage = createSpeaker({
    languages,
    fallback: policy.language,
    chosen: site.languageCookie.read,
  });
  const app = new Hono<WebEnv>();
  app.use((c, next) => inItsLanguage(c, next));

  registerHome(app, site);
  registerAcceptInvitation(app, site);
  registerResetPassword(app, site);
  registerConfirmEmail(app, site);
  registerSecureAccount(app, site);
  registerAskForLink(app, site);
  registerSignIn(app, site);
  registerSignInLink(app, site);
  registerSignUp(app, site);
  registerProviderSignIn(app, site);
  registerProviderFinish(app, site);
  registerSignIns(app, site);
  registerProducts(app, site);
  registerReference(app, site);
  registerSubscriptions(app, site);
  registerSubscriptionKeys(app, site);
  registerCancel(app, site);
  registerAccount(app, site);
  registerAccountChanges(app, site);
  registerProveOwner(app, site);
  registerLanguage(app, site);
  registerLogo(app, site);
  registerTerms(app, site);
  registerUnsubscribe(app, site);
  app.onError((error, c) => {
    if (error instanceof TermsWait) return site.askForTerms(c);
    throw error;
  });
  if (delegation) registerDelegation(app, site, delegation);
  answerOtherMethods(app);
  return {
    app,
    refusalPage(refusal, reference, c) {
      const make = () => refusalPage(site, refusal, reference);
      return c ? inItsLanguage(c, make) : make();
    },
  };
}

type RefusalTexts = { title: Text; words: Text };

/** What a person reads and does next. */
const REFUSALS: Partial<Record<RefusalCode, RefusalTexts>> = {
  bad_request: {
    title: 'We couldn’t read what you sent',
    words: 'Nothing changed. Open the page again, and send it once more.',
  },
  body_too_large: {
    title: 'That’s too long to send',
    words: 'Nothing changed. Go back, shorten what you typed, and send it again.',
  },
  not_found: {
    title: 'Page not found',
    words: 'The link may be mistyped, or the page is gone.',
  },
  cross_site: {
    title: 'This form didn’t come from our page',
    words: 'Nothing changed. Open the page again here, and send it once more.',
  },
  overtaken: {
    title: 'Something changed in the meantime',
    words: 'Nothing was done. Open the page again to see the latest.',
  },
  too_many_requests: {
    title: 'Too many tries',
    words: 'Nothing changed. Wait a few minutes, then try again.',
  },
  unavailable: {
    title: 'We can’t do this right now',
    words: 'Nothing was lost. Try again in a minute.',
  },
  fault: {
    title: 'Something went wrong on our side',
    words: 'We’ve noted it. Go back and try again in a minute.',
  },
};

/** Programs cause the other refusals; a person seldom sees one. */
const FROM_PROGRAMS: RefusalTexts = {
  title: 'This page can’t answer that request',
  words: 'Nothing changed. Open the page again from the portal.',
};

function refusalPage(site: Site, refusal: HttpRefusal, reference: string): Response {
  const { status, headers } = describeRefusal(refusal);
  const { title, words } = REFUSALS[refusal.code] ?? FROM_PROGRAMS;
  const content = (
    <>
      <p>{say(words)}</p>
      <Link href="/portal" look="button">
        {say('Go to the portal')}
      </Link>
      <p className="hint after">
        <Words
          text="If you write to us about this, mention the reference <code>{reference}</code>."
          reference={reference}
        />
      </p>
    </>
  );
  const page = site.page(say(title), content, status);
  for (const [name, value] of Object.entries(headers)) page.headers.set(name, value);
  return page;
}

/**
 * OPTIONS lists a page's methods; any other method is answered 405. A form's address without a page of its own leads to the
 * nearest page above: people reload it, and come back to it after signing in.
 */
function answerOtherMethods(portal: Hono<WebEnv>): void {
  const methodsByPath = new Map<string, Set<string>>();
  for (const { path, method } of portal.routes) {
    if (method === 'ALL') continue;
    const methods = methodsByPath.get(path) ?? new Set(['OPTIONS']);
    methodsByPath.set(path, methods.add(method));
    if (method === 'GET') methods.add('HEAD');
  }
  const hasPage = (path: string) => methodsByPath.get(path)?.has('GET') ?? false;
  for (const [path, methods] of methodsByPath) {
    if (hasPage(path)) continue;
    const segments = path.split('/');
    let above = segments.length - 1;
    while (above > 1 && !hasPage(segments.slice(0, above).join('/'))) above -= 1;
    portal.get(path, (c) => c.redirect(c.req.path.split('/').slice(0, above).join('/') || '/', 303));
    methods.add('GET').add('HEAD');
  }
  for (const [path, methods] of methodsByPath) {
    const allow = { allow: [...methods].sort().join(', ') };
    portal.options(path, (c) => c.body(null, 204, allow));
    portal.all(path, (c) => c.text("This URL doesn't accept this kind of request.", 405, allow));
  }
}
