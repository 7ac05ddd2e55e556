// What every page is made with: the frame around it, and who asks.
import type { Context as WebContext } from 'hono';
import type { ReactNode } from 'react';
import { DomainError } from '../domain/domain-error.ts';
import type { Actor, Context, Policy } from '../operations/frame/context.ts';
import { resumeSession } from '../operations/sessions/resume.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { securityHeaders } from '../web/security-headers.ts';
import type { Gate } from './gate.ts';
import { CSS, renderPage } from './layout.tsx';
import { createSessionCookie, type SessionCookie } from './session-cookie.ts';

export type Web = WebContext<WebEnv>;

export const GONE = 410;
export const UNPROCESSABLE = 422;

/** A developer who is signed in, for one request. */
export type Me = { context: Context; accountId: string; email: string; firstName: string; lastName: string };
type Form = ReadonlyMap<string, string>;

export type Site = {
  readonly policy: Policy;
  readonly gate: Gate;
  readonly cookie: SessionCookie;
  /** The context of whoever came through a mailed link or a public form, for one request. */
  developer(c: Web): Context;
  /** Null for a visitor. */
  me(c: Web): Promise<Me | null>;
  page(title: string, content: ReactNode, status?: number): Response;
  /** A page with a form that a session rides on, or begins with; with `me`, also with the way to all that is theirs. */
  sessionPage(me: Me | null, title: string, content: ReactNode, status?: number): Response;
  /** What only somebody who is signed in gets; whoever isn't, or no longer is, is sent to the sign-in page. */
  own(show: (c: Web, me: Me) => Promise<Response>): (c: Web) => Promise<Response>;
  /** The same for a form that changes something. */
  ownForm(take: (c: Web, me: Me, form: Form) => Promise<Response>): (c: Web) => Promise<Response>;
};

export function createSite(parts: {
  policy: Policy;
  gate: Gate;
  contextOf: (requestId: string, actor?: Actor) => Context;
}): Site {
  const { policy, gate, contextOf } = parts;
  const cookie = createSessionCookie(policy);
  const developer = (c: Web) => contextOf(c.env.facts.id);

  async function me(c: Web): Promise<Me | null> {
    const secret = cookie.read(c);
    const found = secret ? await resumeSession(developer(c), { secret }) : null;
    if (!found) return null;
    const { sessionId, ...account } = found;
    const actor: Actor = { kind: 'account', accountId: account.accountId, sessionId };
    return { ...account, context: contextOf(c.env.facts.id, actor) };
  }

  async function asMe(c: Web, work: (me: Me) => Promise<Response>): Promise<Response> {
    const found = await me(c);
    try {
      if (found) return await work(found);
    } catch (error) {
      // The session ended between two looks at it.
      if (!(error instanceof DomainError) || error.code !== 'not_permitted') throw error;
    }
    cookie.clear(c);
    return c.redirect('/portal/sign-in', 303);
  }

  function answer(markup: string, status: number, hasSessionForms: boolean): Response {
    const isHttps = policy.publicUrl.startsWith('https://');
    const headers = {
      ...securityHeaders({ isHttps, styles: [CSS], hasSessionForms }),
      'content-type': 'text/html; charset=utf-8',
    };
    return new Response(markup, { status, headers });
  }

  return {
    policy,
    gate,
    cookie,
    developer,
    me,
    page: (title, content, status = 200) =>
      answer(renderPage({ sender: policy, title, content }), status, false),
    sessionPage: (who, title, content, status = 200) =>
      answer(renderPage({ sender: policy, title, content, isSignedIn: who !== null }), status, true),
    own: (show) => (c) => asMe(c, (found) => show(c, found)),
    ownForm: (take) => async (c) => {
      const form = await gate.sessionForm(c);
      return asMe(c, (found) => take(c, found, form));
    },
  };
}
