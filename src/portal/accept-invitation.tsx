import type { Hono } from 'hono';
import { acceptInvitation } from '../operations/invitations/accept.ts';
import { openInvitation } from '../operations/invitations/open.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { deadLinkPage } from './ask-for-link.tsx';
import { type Faults, faultsOf, unlessRefused } from './faults.ts';
import { Field, inWords, MAX_NAME_LENGTH, NewPassword, TicketForm } from './form.tsx';
import { Ready } from './ready.tsx';
import { type Site, UNPROCESSABLE, type Web } from './site.tsx';

const PATH = '/invitations/accept';
const TITLE = 'Accept your invitation';

type Invited = { email: string; firstName: string; lastName: string; expiresAt: Date };

export function registerAcceptInvitation(portal: Hono<WebEnv>, site: Site): void {
  portal.get(PATH, async (c) => {
    await site.gate.beforeTicket(c);
    const ticket = c.req.query('ticket') ?? '';
    const invited = await unlessRefused(openInvitation(site.developer(c), { ticket }));
    if (!invited) return refuse(c, site);
    return site.page(TITLE, <AcceptForm site={site} ticket={ticket} invited={invited} />);
  });

  portal.post(PATH, async (c) => {
    const form = await site.gate.ticketForm(c);
    const field = (name: string) => form.get(name) ?? '';
    const ticket = field('ticket');
    const names = { firstName: field('firstName'), lastName: field('lastName') };
    try {
      const { email } = await acceptInvitation(site.developer(c), {
        ticket,
        ...names,
        password: field('password'),
      });
      return site.page('Your account is ready', <Ready site={site} email={email} words="Welcome!" />);
    } catch (error) {
      const faults = faultsOf(error);
      const invited = faults && (await unlessRefused(openInvitation(site.developer(c), { ticket })));
      if (!invited) return refuse(c, site);
      const again = (
        <AcceptForm site={site} ticket={ticket} invited={{ ...invited, ...names }} faults={faults} />
      );
      return site.page(TITLE, again, UNPROCESSABLE);
    }
  });
}

async function refuse(c: Web, site: Site): Promise<Response> {
  await site.gate.wrongTicket(c);
  return deadLinkPage(site, 'invitation');
}

function AcceptForm(props: { site: Site; ticket: string; invited: Invited; faults?: Faults }) {
  const { site, ticket, invited, faults } = props;
  const name = { maxLength: MAX_NAME_LENGTH, faults };
  return (
    <>
      <p>
        You will sign in with <strong>{invited.email}</strong>. This invitation ends on{' '}
        {inWords(invited.expiresAt)}.
      </p>
      <TicketForm action={PATH} ticket={ticket} button="Accept the invitation">
        <Field
          {...name}
          name="firstName"
          label="First name"
          autoComplete="given-name"
          value={invited.firstName}
        />
        <Field
          {...name}
          name="lastName"
          label="Last name"
          autoComplete="family-name"
          value={invited.lastName}
        />
        <NewPassword minLength={site.policy.passwordMinLength} username={invited.email} faults={faults} />
      </TicketForm>
    </>
  );
}
