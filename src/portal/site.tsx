// What every page is made with: the frame around it, and the session of the request.
import type { ReactNode } from 'react';
import { DomainError } from '../domain/domain-error.ts';
import type { Languages } from '../languages/languages.ts';
import type { Actor, Context, Policy } from '../operations/frame/context.ts';
import { MAX_AGENT_LENGTH } from '../operations/frame/input.ts';
import { resumeSession } from '../operations/sessions/resume.ts';
import type { FormFields } from '../web/read-form.ts';
import type { WebContext } from '../web/request-facts.ts';
import { securityHeaders } from '../web/security-headers.ts';
import { createDelegationCookie, type Delegation, type DelegationCookie } from './delegation-cookie.ts';
import { createHostCookie, type HostCookie } from './host-cookie.ts';
import { renderPage, SCRIPT, stylesOf } from './layout.tsx';
import type { RequestGuard } from './request-guard.ts';
import { createReturnPage } from './return-page.ts';
import { speakAs } from './say.tsx';

export const GONE = 410;
export const UNPROCESSABLE = 422;

/** A signed-in developer, for one request. */
export type Me = {
  context: Context;
  accountId: string;
  email: string;
  firstName: string;
  lastName: string;
  /** Whether they must agree to the portal's terms first. */
  termsWait: boolean;
  /** The host that they came from, to do something here; null for none. */
  cameFrom: string | null;
};

/** Asked about before any other page of a signed-in developer. */
export const TERMS_PATH = '/portal/terms';

/** Thrown where a page would go on: the terms come first. */
export class TermsWait extends Error {}

type Handler = (c: WebContext) => Promise<Response>;

export type Site = {
  readonly policy: Policy;
  readonly guard: RequestGuard;
  /** Holds a session's secret. The session ends by its own time, or with the cookie. */
  readonly cookie: HostCookie;
  /** Those that a developer can choose from. */
  readonly languages: Languages;
  /** Holds the tag of the language that was chosen in this browser. */
  readonly languageCookie: HostCookie;
  /** What Azure's developer portal has handed over. */
  readonly delegated: DelegationCookie;
  /** The host that a browser came from, to do something here; null for none. */
  cameFrom(c: WebContext): string | null;
  /** Binds a sign-in with a provider to the browser in which it began. */
  readonly browserCookie: HostCookie;
  /** The context of a request without a session, such as from a mailed link or a public form. */
  developerContext(c: WebContext): Context;
  /** The browser of a request, for a session that begins in it. */
  browserOf(c: WebContext): { agent: string; formerSecret?: string };
  /**
   * Null for a visitor. From here on the page is in the language of the account. While the portal's terms wait, their page
   * follows instead, unless `beforeTerms`.
   */
  me(c: WebContext, how?: { beforeTerms: true }): Promise<Me | null>;
  /** Leads to the portal's terms, and after them to the requested page. */
  askForTerms(c: WebContext): Response;
  /** The sign-in page follows, or another one that leads there, and after it the requested page. */
  askToSignIn(c: WebContext, by?: string): Response;
  /** Stores the new session in the browser. The page that asked to sign in follows. */
  signedIn(c: WebContext, secret: string): Response;
  /** Where to go on after signing in, once: the page that asked for it. For responses that `c` makes. */
  takeReturnPage(c: WebContext): string;
  /** Notes the page to go on to after signing in. For responses that `c` makes. */
  keepReturnPage(c: WebContext, page: string): void;
  page(title: string, content: ReactNode, status?: number): Response;
  /**
   * A page with a form that uses or begins a session. With `me` it also links to the developer's other pages. `formTargets`:
   * other sites that its form leads to.
   */
  sessionPage(
    me: Me | null,
    title: string,
    content: ReactNode,
    status?: number,
    formTargets?: readonly string[],
  ): Response;
  /** A page for signed-in developers. Without a session, or when it ends meanwhile, the sign-in page follows. */
  withSession(show: (c: WebContext, me: Me) => Promise<Response>): Handler;
  /** The same for a form that changes something. */
  withSessionForm(submit: (c: WebContext, me: Me, fields: FormFields) => Promise<Response>): Handler;
  /** Both, for the page of the terms themselves. */
  beforeTerms(show: (c: WebContext, me: Me) => Promise<Response>): Handler;
  beforeTermsForm(submit: (c: WebContext, me: Me, fields: FormFields) => Promise<Response>): Handler;
};

export function createSite(options: {
  policy: Policy;
  guard: RequestGuard;
  languages: Languages;
  contextOf: (requestId: string, actor?: Actor) => Context;
  delegation: Delegation | null;
}): Site {
  const { policy, guard, contextOf, languages, delegation } = options;
  const delegated = createDelegationCookie(policy);
  const cameFrom = (c: WebContext) =>
    delegation && delegated.read(c) ? new URL(delegation.portalUrl).host : null;
  const cookie = createHostCookie(policy, 'apim-user-session');
  const returnPage = createReturnPage(policy);
  const developerContext = (c: WebContext) => contextOf(c.env.facts.id);

  async function me(c: WebContext, how?: { beforeTerms: true }): Promise<Me | null> {
    const secret = cookie.read(c);
    const session = secret ? await resumeSession(developerContext(c), { secret }) : null;
    if (!session) return null;
    const { sessionId, language, ...account } = session;
    speakAs(language);
    if (session.termsWait && !how) throw new TermsWait();
    const actor: Actor = { kind: 'account', accountId: account.accountId, sessionId };
    return { ...account, context: contextOf(c.env.facts.id, actor), cameFrom: cameFrom(c) };
  }

  function askToSignIn(c: WebContext, by = '/portal/sign-in'): Response {
    returnPage.keep(c);
    cookie.clear(c);
    return c.redirect(by, 303);
  }

  async function demandSession(
    c: WebContext,
    work: (me: Me) => Promise<Response>,
    how?: { beforeTerms: true },
  ): Promise<Response> {
    const found = await me(c, how);
    try {
      if (found) return await work(found);
    } catch (error) {
      // The session ended after it was resumed.
      if (!(error instanceof DomainError) || error.code !== 'not_permitted') throw error;
    }
    return askToSignIn(c);
  }

  return {
    policy,
    guard,
    cookie,
    languages,
    languageCookie: createHostCookie(policy, 'apim-user-language'),
    delegated,
    cameFrom,
    browserCookie: createHostCookie(policy, 'apim-user-sign-in'),
    developerContext,
    browserOf: (c) => browserOf(c, cookie.read(c)),
    me,
    askToSignIn,
    askForTerms(c) {
      if (c.req.method === 'GET') returnPage.keep(c);
      return c.redirect(TERMS_PATH, 303);
    },
    signedIn(c, secret) {
      cookie.write(c, secret);
      return c.redirect(returnPage.take(c), 303);
    },
    takeReturnPage: returnPage.take,
    keepReturnPage: returnPage.keepPage,
    ...createPages(policy),
    withSession: (show) => (c) => demandSession(c, (found) => show(c, found)),
    withSessionForm: (submit) => async (c) => {
      const fields = await guard.sessionForm(c);
      return demandSession(c, (found) => submit(c, found, fields));
    },
    beforeTerms: (show) => (c) => demandSession(c, (found) => show(c, found), { beforeTerms: true }),
    beforeTermsForm: (submit) => async (c) => {
      const fields = await guard.sessionForm(c);
      return demandSession(c, (found) => submit(c, found, fields), { beforeTerms: true });
    },
  };
}

function browserOf(c: WebContext, formerSecret: string | undefined) {
  const agent = (c.req.header('user-agent') ?? '').slice(0, MAX_AGENT_LENGTH).replaceAll('\0', '');
  return { agent, ...(formerSecret ? { formerSecret } : {}) };
}

function createPages(policy: Policy): Pick<Site, 'page' | 'sessionPage'> {
  return {
    page: (title, content, status = 200) =>
      toResponse(policy, renderPage({ sender: policy, title, content }), status, { hasSessionForms: false }),
    sessionPage: (who, title, content, status = 200, formTargets = []) =>
      toResponse(
        policy,
        renderPage({
          ...{ sender: policy, title, content },
          ...{ menu: who ? 'developer' : 'visitor', cameFrom: who?.cameFrom ?? null },
        }),
        status,
        { hasSessionForms: true, formTargets },
      ),
  };
}

function toResponse(
  policy: Policy,
  markup: string,
  status: number,
  { hasSessionForms, formTargets = [] }: { hasSessionForms: boolean; formTargets?: readonly string[] },
): Response {
  const isHttps = policy.publicUrl.startsWith('https://');
  const headers = {
    ...securityHeaders({
      ...{ isHttps, scripts: [SCRIPT], hasSessionForms, formTargets },
      styles: [stylesOf(policy.brand)],
      hasImages: policy.brand.logo !== null,
    }),
    'content-type': 'text/html; charset=utf-8',
  };
  return new Response(markup, { status, headers });
}
