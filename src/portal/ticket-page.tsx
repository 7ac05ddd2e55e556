// A page behind a mailed link: the GET shows a form with the ticket, and only its POST redeems it.
import type { Hono } from 'hono';
import type { ReactNode } from 'react';
import type { Text } from '../languages/languages.ts';
import type { Context } from '../operations/frame/context.ts';
import { recogniseTicket } from '../operations/tickets/recognise.ts';
import type { FormFields } from '../web/read-form.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { deadLinkPage } from './dead-link.tsx';
import { type FieldErrors, fieldErrorsOf, nullIfTicketRefused } from './field-errors.ts';
import type { TicketClaim } from './request-guard.ts';
import { say } from './say.tsx';
import { type Site, UNPROCESSABLE } from './site.tsx';

type TicketPage<Opened> = {
  path: string;
  title: Text;
  purpose: TicketClaim['purpose'];
  /** Reads what the ticket is for, and changes nothing. */
  open(context: Context, input: { ticket: string }): Promise<Opened>;
  form(ticket: string, opened: Opened, rejected?: { fields: FormFields; errors: FieldErrors }): ReactNode;
  /** Redeems the ticket. Resolves to the page that says so, or leads on. */
  redeem(c: WebContext, ticket: string, fields: FormFields): Promise<Response>;
};

export function registerTicketPage<Opened>(portal: Hono<WebEnv>, site: Site, page: TicketPage<Opened>): void {
  const open = (c: WebContext, ticket: string) =>
    nullIfTicketRefused(page.open(site.developerContext(c), { ticket }));
  const { purpose } = page;
  const recognise = (c: WebContext, ticket: string) =>
    recogniseTicket(site.developerContext(c), { purpose, ticket });
  const deadLink = async (c: WebContext, state: Awaited<ReturnType<typeof recognise>>) => {
    // The holder of a link that we mailed is guessing nothing.
    if (state === null) await site.guard.countWrongTicket(c);
    return deadLinkPage(site, purpose, state);
  };

  portal.get(page.path, async (c) => {
    const ticket = c.req.query('ticket') ?? '';
    await site.guard.beforeTicket(c, { purpose, ticket });
    const state = await recognise(c, ticket);
    const opened = state === 'open' ? await open(c, ticket) : null;
    return opened ? site.page(say(page.title), page.form(ticket, opened)) : deadLink(c, state);
  });

  portal.post(page.path, async (c) => {
    const fields = await site.guard.ticketForm(c, purpose);
    const ticket = fields.get('ticket') ?? '';
    try {
      return await page.redeem(c, ticket, fields);
    } catch (error) {
      const errors = fieldErrorsOf(error);
      const opened = errors && (await open(c, ticket));
      if (!opened) return deadLink(c, await recognise(c, ticket));
      return site.page(say(page.title), page.form(ticket, opened, { fields, errors }), UNPROCESSABLE);
    }
  });
}
