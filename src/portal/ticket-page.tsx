// A page behind a mailed link: the GET shows a form with the ticket, and only its POST redeems it.
import type { Hono } from 'hono';
import type { ReactNode } from 'react';
import type { Context } from '../operations/frame/context.ts';
import type { FormFields } from '../web/read-form.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { deadLinkPage, type LinkKind } from './ask-for-link.tsx';
import { type FieldErrors, fieldErrorsOf, nullIfTicketRefused } from './field-errors.ts';
import type { TicketClaim } from './request-guard.ts';
import { type Site, UNPROCESSABLE } from './site.tsx';

type TicketPage<Opened> = {
  path: string;
  title: string;
  purpose: TicketClaim['purpose'];
  /** The kind of link to offer when this one doesn't work. */
  linkKind: LinkKind;
  /** Reads what the ticket is for, and changes nothing. */
  open(context: Context, input: { ticket: string }): Promise<Opened>;
  form(ticket: string, opened: Opened, rejected?: { fields: FormFields; errors: FieldErrors }): ReactNode;
  /** Redeems the ticket. Resolves to the page that says so. */
  redeem(context: Context, ticket: string, fields: FormFields): Promise<Response>;
};

export function registerTicketPage<Opened>(portal: Hono<WebEnv>, site: Site, page: TicketPage<Opened>): void {
  const open = (c: WebContext, ticket: string) =>
    nullIfTicketRefused(page.open(site.developerContext(c), { ticket }));
  const deadLink = async (c: WebContext) => {
    await site.guard.countWrongTicket(c);
    return deadLinkPage(site, page.linkKind);
  };

  portal.get(page.path, async (c) => {
    const ticket = c.req.query('ticket') ?? '';
    await site.guard.beforeTicket(c, { purpose: page.purpose, ticket });
    const opened = await open(c, ticket);
    return opened ? site.page(page.title, page.form(ticket, opened)) : deadLink(c);
  });

  portal.post(page.path, async (c) => {
    const fields = await site.guard.ticketForm(c, page.purpose);
    const ticket = fields.get('ticket') ?? '';
    try {
      return await page.redeem(site.developerContext(c), ticket, fields);
    } catch (error) {
      const errors = fieldErrorsOf(error);
      const opened = errors && (await open(c, ticket));
      if (!opened) return deadLink(c);
      return site.page(page.title, page.form(ticket, opened, { fields, errors }), UNPROCESSABLE);
    }
  });
}
