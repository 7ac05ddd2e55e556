// Developers without a working link request one here. The answer is the same for every email.
import type { Hono } from 'hono';
import type { Text } from '../languages/languages.ts';
import { requestInvitationAgain } from '../operations/invitations/request-again.ts';
import { requestPasswordReset } from '../operations/passwords/request-reset.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { type FieldErrors, fieldErrorsOf } from './field-errors.ts';
import { EmailField, emailIn, Form } from './form.tsx';
import { say } from './say.tsx';
import { type Site, UNPROCESSABLE } from './site.tsx';

export type LinkKind = keyof typeof LINKS;

/** Of the page for developers who can't sign in. */
export const forgotTitle = ({ policy }: Site): 'Forgot your password?' | 'Can’t sign in?' =>
  policy.signIn.hasPasswords ? 'Forgot your password?' : 'Can’t sign in?';

const LINKS = {
  invitation: {
    path: '/invitations/request-again',
    title: () => 'Ask for a new invitation',
    button: 'Ask for a new invitation',
    limit: 'requestAgain',
    request: requestInvitationAgain,
  },
  'password-reset': {
    path: '/password/forgot',
    title: forgotTitle,
    button: 'Send me a link',
    limit: 'forgot',
    request: requestPasswordReset,
  },
} as const satisfies Record<string, { title: (site: Site) => Text } & Record<string, unknown>>;

export function registerAskForLink(portal: Hono<WebEnv>, site: Site): void {
  for (const kind of Object.keys(LINKS) as LinkKind[]) {
    const { path } = LINKS[kind];
    const title = LINKS[kind].title(site);
    portal.get(path, () => site.page(say(title), <EmailForm kind={kind} />));
    portal.post(path, (c) => requestLink(c, site, kind));
  }
}

async function requestLink(c: WebContext, site: Site, kind: LinkKind): Promise<Response> {
  const { limit, request } = LINKS[kind];
  const title = LINKS[kind].title(site);
  const email = emailIn(await site.guard.form(c));
  try {
    if (await site.guard.mayRequestLink(c, limit, email)) await request(site.developerContext(c), { email });
  } catch (error) {
    const errors = fieldErrorsOf(error) ?? {};
    return site.page(say(title), <EmailForm kind={kind} value={email} errors={errors} />, UNPROCESSABLE);
  }
  return site.page(say('Check your inbox'), <LinkRequested site={site} />);
}

export function EmailForm({ kind, value, errors }: { kind: LinkKind; value?: string; errors?: FieldErrors }) {
  const { path, button } = LINKS[kind];
  return (
    <Form action={path} button={say(button)}>
      <EmailField value={value} errors={errors} />
    </Form>
  );
}

function LinkRequested({ site }: { site: Site }) {
  return (
    <>
      <p>
        {say(
          'If this email has an account or an invitation, a mail with the next step is on its way. If its invitation has ended, we’ve asked the person who sent it for a new one.',
        )}
      </p>
      <p className="hint">
        {say('Nothing after a few minutes? Look in your spam folder, or write to {support}.', {
          support: site.policy.supportEmail,
        })}
      </p>
    </>
  );
}
