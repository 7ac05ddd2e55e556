// The page behind the link that unsubscribes from news, and the button of mail programs that does it at once.
import type { Hono } from 'hono';
import type { ReactNode } from 'react';
import { unsubscribe } from '../operations/announcements/unsubscribe.ts';
import { HttpRefusal } from '../web/refusal.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { ACCOUNT_PATH } from './account.tsx';
import { TicketForm } from './form.tsx';
import { say, Words } from './say.tsx';
import { GONE, type Site } from './site.tsx';

const PATH = '/unsubscribe';

/**
 * A POST needs nothing but the secret of the mail: no session, no cookie and no origin. A mail provider presses its button
 * from a server of its own, with the link as it is in the header, and its body only says that it means it. All that a
 * secret can do is to end news, which the developer turns on again in the portal.
 * Source: RFC 8058 3.2.
 */
export function registerUnsubscribe(portal: Hono<WebEnv>, site: Site): void {
  const { organizationName: organization } = site.policy;

  // The link is not looked up, so the page tells nothing of anyone, and mail scanners change nothing.
  portal.get(PATH, (c) =>
    site.page(
      say('Unsubscribe from news?'),
      <TicketForm action={PATH} ticket={c.req.query('ticket') ?? ''} button={say('Unsubscribe')}>
        <p>{say('Press the button, and {organization} sends you no more news.', { organization })}</p>
        <p className="hint">
          {say('Mails about your account and about what you use still come, such as the end of a version.')}
        </p>
      </TicketForm>,
    ),
  );

  portal.post(PATH, async (c) => {
    const ticket = await ticketIn(c);
    const isDone = await unsubscribe(site.developerContext(c), { ticket });
    if (!isDone) await site.guard.refuseManyWrongTickets(c);
    const link = (words: ReactNode) => (
      <a className="way" href={ACCOUNT_PATH}>
        {words}
      </a>
    );
    return isDone
      ? site.page(
          say('You’re unsubscribed'),
          <>
            <p>{say('{organization} sends you no more news.', { organization })}</p>
            <p>
              <Words text="Changed your mind? Turn news on again in <link>My account</link>." link={link} />
            </p>
          </>,
        )
      : site.page(
          say('This link doesn’t unsubscribe anyone'),
          <p>
            <Words
              text="It may be cut off: copy the whole link from the mail. Or turn news off in <link>My account</link>."
              link={link}
            />
          </p>,
          GONE,
        );
  });
}

/** Our page posts it as a field; a mail provider posts to the whole link. Errors: 400 for any other body. */
async function ticketIn(c: WebContext): Promise<string> {
  const body = await c.req.parseBody().catch(() => {
    throw new HttpRefusal('bad_request');
  });
  const ticket = body['List-Unsubscribe'] === 'One-Click' ? c.req.query('ticket') : body.ticket;
  if (typeof ticket !== 'string') throw new HttpRefusal('bad_request');
  return ticket;
}
