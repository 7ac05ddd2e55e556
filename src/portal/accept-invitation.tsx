import type { Hono } from 'hono';
import { acceptInvitation } from '../operations/invitations/accept.ts';
import { openInvitation } from '../operations/invitations/open.ts';
import type { WebEnv } from '../web/request-facts.ts';
import type { FieldErrors } from './field-errors.ts';
import { NameFields, NewPassword, namesIn, TicketForm } from './form.tsx';
import { OrWithPassword, ProviderButtons } from './provider-buttons.tsx';
import { say, speech, Words } from './say.tsx';
import type { Site } from './site.tsx';
import { TermsNote } from './terms-note.tsx';
import { registerTicketPage } from './ticket-page.tsx';

const PATH = '/invitations/accept';

type Invited = { email: string; firstName: string; lastName: string; expiresAt: Date };

export function registerAcceptInvitation(portal: Hono<WebEnv>, site: Site): void {
  registerTicketPage(portal, site, {
    path: PATH,
    title: 'Accept your invitation',
    purpose: 'invitation',
    open: openInvitation,
    form: (ticket, invited, rejected) => (
      <AcceptForm
        site={site}
        ticket={ticket}
        invited={rejected ? { ...invited, ...namesIn(rejected.fields) } : invited}
        errors={rejected?.errors}
      />
    ),
    async redeem(c, ticket, fields) {
      const password = fields.get('password') ?? '';
      const { secret } = await acceptInvitation(site.developerContext(c), {
        ticket,
        ...namesIn(fields),
        password,
        language: speech().language.tag,
        // Otherwise another site could sign a visitor in as someone else.
        ...(site.guard.provesOrigin(c) ? { session: site.browserOf(c) } : {}),
      });
      if (secret) site.cookie.write(c, secret);
      return c.redirect(secret ? '/portal' : '/portal/sign-in', 303);
    },
  });
}

function AcceptForm(props: {
  site: Site;
  ticket: string;
  invited: Invited;
  errors: FieldErrors | undefined;
}) {
  const { site, ticket, invited, errors } = props;
  return (
    <>
      <p>
        <Words
          text="You will sign in with <b>{email}</b>. This invitation expires on {moment}."
          email={invited.email}
          moment={speech().moment(invited.expiresAt)}
        />
      </p>
      <ProviderButtons site={site} claim={{ of: 'invitation', ticket }} />
      <OrWithPassword site={site} />
      {site.policy.signIn.hasPasswords ? (
        <TicketForm action={PATH} ticket={ticket} button={say('Accept the invitation')}>
          <NameFields names={invited} errors={errors} />
          <NewPassword minLength={site.policy.passwordMinLength} username={invited.email} errors={errors} />
        </TicketForm>
      ) : null}
      <TermsNote brand={site.policy.brand} />
    </>
  );
}
