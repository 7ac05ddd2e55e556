// Developers without a working link request one here. The answer is the same for every email.
import type { Hono } from 'hono';
import { requestInvitationAgain } from '../operations/invitations/request-again.ts';
import { requestPasswordReset } from '../operations/passwords/request-reset.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { type FieldErrors, fieldErrorsOf } from './field-errors.ts';
import { EmailField } from './form.tsx';
import { GONE, type Site, UNPROCESSABLE } from './site.tsx';

export type LinkKind = keyof typeof LINKS;

const LINKS = {
  invitation: {
    path: '/invitations/request-again',
    title: 'Ask for another invitation',
    button: 'Ask for another invitation',
    limit: 'requestAgain',
    request: requestInvitationAgain,
  },
  'password-reset': {
    path: '/password/forgot',
    title: 'Forgot your password?',
    button: 'Send me a link',
    limit: 'forgot',
    request: requestPasswordReset,
  },
} as const;

export function registerAskForLink(portal: Hono<WebEnv>, site: Site): void {
  for (const kind of Object.keys(LINKS) as LinkKind[]) {
    const { path, title } = LINKS[kind];
    portal.get(path, () => site.page(title, <EmailForm kind={kind} />));
    portal.post(path, (c) => requestLink(c, site, kind));
  }
}

/** The same page for every link that can't be used, so that it doesn't tell why. */
export function deadLinkPage(site: Site, kind: LinkKind): Response {
  const content = (
    <>
      <p>This link can't be used: it may have ended, may have been used already, or a newer one was sent.</p>
      <p>Give your address, and if there is something for it, we will see to it.</p>
      <EmailForm kind={kind} />
    </>
  );
  return site.page('This link no longer works', content, GONE);
}

async function requestLink(c: WebContext, site: Site, kind: LinkKind): Promise<Response> {
  const { title, limit, request } = LINKS[kind];
  const email = (await site.guard.form(c)).get('email') ?? '';
  try {
    if (await site.guard.mayRequestLink(c, limit, email)) await request(site.developerContext(c), { email });
  } catch (error) {
    const errors = fieldErrorsOf(error) ?? {};
    return site.page(title, <EmailForm kind={kind} value={email} errors={errors} />, UNPROCESSABLE);
  }
  return site.page('Thank you', <LinkRequested />);
}

function EmailForm({ kind, value, errors }: { kind: LinkKind; value?: string; errors?: FieldErrors }) {
  const { path, button } = LINKS[kind];
  return (
    <form method="post" action={path}>
      <EmailField value={value} errors={errors} />
      <button type="submit">{button}</button>
    </form>
  );
}

function LinkRequested() {
  return (
    <>
      <p>
        If there is something for that address, a mail is on its way, or the person who invited you was told.
        It may take a few minutes.
      </p>
      <p>Nothing came? Look into the spam folder, or write to the address below.</p>
    </>
  );
}
