// Whoever has no link that works asks for one, and is answered alike whatever the address is to us.
import type { Hono } from 'hono';
import { requestInvitationAgain } from '../operations/invitations/request-again.ts';
import { requestPasswordReset } from '../operations/passwords/request-reset.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { type Faults, faultsOf } from './faults.ts';
import { Field } from './form.tsx';
import { GONE, type Site, UNPROCESSABLE, type Web } from './site.tsx';

type Kind = keyof typeof ASKING;

const ASKING = {
  invitation: {
    path: '/invitations/request-again',
    title: 'Ask for another invitation',
    button: 'Ask for another invitation',
    limit: 'requestAgain',
    ask: requestInvitationAgain,
  },
  'password-reset': {
    path: '/password/forgot',
    title: 'Forgot your password?',
    button: 'Send me a link',
    limit: 'forgot',
    ask: requestPasswordReset,
  },
} as const;

export function registerAskForLink(portal: Hono<WebEnv>, site: Site): void {
  for (const kind of Object.keys(ASKING) as Kind[]) {
    const { path, title } = ASKING[kind];
    portal.get(path, () => site.page(title, <AddressForm kind={kind} />));
    portal.post(path, (c) => take(c, site, kind));
  }
}

async function take(c: Web, site: Site, kind: Kind): Promise<Response> {
  const { title, limit, ask } = ASKING[kind];
  const email = (await site.gate.form(c)).get('email') ?? '';
  try {
    if (await site.gate.mayAskFor(c, limit, email)) await ask(site.developer(c), { email });
  } catch (error) {
    const faults = faultsOf(error) ?? {};
    return site.page(title, <AddressForm kind={kind} value={email} faults={faults} />, UNPROCESSABLE);
  }
  return site.page('Thank you', <AskedFor />);
}

/** The same for every link that can't be used, whatever the cause: it tells nothing to whoever tries. */
export function deadLinkPage(site: Site, kind: Kind): Response {
  const content = (
    <>
      <p>This link can't be used: it may have ended, may have been used already, or a newer one was sent.</p>
      <p>Give your address, and if there is something for it, we will see to it.</p>
      <AddressForm kind={kind} />
    </>
  );
  return site.page('This link no longer works', content, GONE);
}

function AddressForm({ kind, value, faults }: { kind: Kind; value?: string; faults?: Faults }) {
  const { path, button } = ASKING[kind];
  return (
    <form method="post" action={path}>
      <Field
        name="email"
        label="E-mail address"
        type="email"
        autoComplete="email"
        value={value}
        faults={faults}
      />
      <button type="submit">{button}</button>
    </form>
  );
}

function AskedFor() {
  return (
    <>
      <p>
        If there is something for that address, a mail is on its way, or whoever invited you was told. It may
        take a few minutes.
      </p>
      <p>Nothing came? Look into the spam folder, or write to the address below.</p>
    </>
  );
}
