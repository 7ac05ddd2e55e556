// What every page is made with: the frame around it, and who asks.
import type { Context as WebContext } from 'hono';
import type { ReactNode } from 'react';
import type { WebEnv } from '../http/request-facts.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { Context, Policy } from '../operations/context.ts';
import type { Gate } from './gate.ts';
import { CSS, renderPage } from './layout.tsx';

export type Web = WebContext<WebEnv>;

export const GONE = 410;
export const UNPROCESSABLE = 422;

export type Site = {
  readonly policy: Policy;
  readonly gate: Gate;
  /** The context of whoever came through a mailed link or a public form, for one request. */
  developer(c: Web): Context;
  page(title: string, content: ReactNode, status?: number): Response;
};

export function createSite(parts: {
  policy: Policy;
  gate: Gate;
  contextOf: (requestId: string) => Context;
}): Site {
  const { policy, gate, contextOf } = parts;
  const { organizationName, supportEmail } = policy;
  return {
    policy,
    gate,
    developer: (c) => contextOf(c.env.facts.id),
    page(title, content, status = 200) {
      const headers = {
        ...securityHeaders({ isHttps: policy.publicUrl.startsWith('https://'), styles: [CSS] }),
        'content-type': 'text/html; charset=utf-8',
      };
      return new Response(renderPage({ organizationName, supportEmail }, title, content), {
        status,
        headers,
      });
    },
  };
}
