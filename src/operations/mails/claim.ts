import { findAccount } from '../../db/accounts/accounts.ts';
import { findTicketById } from '../../db/accounts/tickets.ts';
import { findMailText, lockDueMail, type Mail, updateMail } from '../../db/outbox/mails.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { mailboxOf } from '../../domain/email-address.ts';
import { type Language, languageNamed } from '../../languages/languages.ts';
import { isCertainRefusal } from '../../mail/delivery/resend.ts';
import { mayTryAgain } from '../../mail/delivery/retry-schedule.ts';
import { OwnLinkError, renderMail } from '../../mail/render.ts';
import {
  defaultText,
  languageOfMail,
  type MailName,
  type TemplateText,
  templateOf,
} from '../../mail/templates/catalog.ts';
import { openSealedText, SealedTextError, sealText } from '../../security/sealed-text.ts';
import { type Act, defineOperation, input, SYSTEM } from '../frame/operation.ts';
import type { MailOrder } from '../frame/outbox.ts';
import { callOffMail } from './call-off.ts';
import { endMail } from './end-mail.ts';

/**
 * How long one attempt may take before another process may make the next. It is three times the limit of sending, and
 * short enough that the mail of a killed process is sent within two minutes, with the minute between sweeps (safety T60).
 */
const MAIL_LEASE_SECONDS = 30;

const UNSETTLED = 'no_answer';

export type RenderedMail = {
  to: string;
  subject: string;
  html: string;
  text: string;
  headers?: Record<string, string>;
};

/**
 * Claims a mail for one attempt and returns what to send: rendered once, and the same on every attempt. Null when there is
 * nothing to send: another process has it, it isn't due, it has ended, what it says is no longer true, or it can't be
 * rendered any more (its link is of a former `PUBLIC_URL`, or the key that sealed it is gone). The last two end it.
 */
export const claimMail = defineOperation({
  name: 'mails/claim',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { mailId: input.rowId },
  async run(act, { mailId }): Promise<{ attempt: number; message: RenderedMail } | null> {
    const mail = await lockDueMail(act.tx, act.service.id, mailId, act.now);
    if (!mail) return null;
    const end = await endWithoutSending(act, mail);
    if (end) {
      await (end === 'called off' ? callOffMail(act, mail) : endMail(act, mail, end));
      return null;
    }
    const message = await renderOnce(act, mail).catch(permanentFault);
    if (typeof message === 'string') {
      await endMail(act, mail, 'failed', message);
      return null;
    }
    await updateMail(act, mail, {
      attempts: mail.attempts + 1,
      firstAttemptAt: mail.firstAttemptAt ?? act.now,
      leasedUntil: new Date(act.now.getTime() + MAIL_LEASE_SECONDS * 1_000),
      // The process that made the last attempt died, and the provider may have the mail.
      ...(mail.leasedUntil ? { lastCode: UNSETTLED } : {}),
      sealedOrder: null,
      sealedMessage: sealText(act.keyring, 'mail', JSON.stringify(message), act.random),
    });
    return { attempt: mail.attempts + 1, message };
  },
});

/**
 * How a mail ends that must not be sent; null when it may be. Too late for another attempt: `unknown`, or `failed` after a
 * certain refusal. A dead ticket, unless what happened is news without it, or a mail that only an active account gets:
 * `called off`.
 */
async function endWithoutSending(act: Act, mail: Mail): Promise<'unknown' | 'failed' | 'called off' | null> {
  if (!mayTryAgain(mail.firstAttemptAt, act.now))
    return isCertainRefusal(mail.lastCode ?? '') ? 'failed' : 'unknown';
  if (!isNotice(mail) && (await isLinkDead(act, mail))) return 'called off';
  if (mail.accountId && templateOf(mail.template as MailName).isOnlyForActive) {
    const account = await findAccount(act.tx, mail.serviceId, mail.accountId);
    if (account?.state !== 'active') return 'called off';
  }
  return null;
}

const isNotice = (mail: Mail): boolean => templateOf(mail.template as MailName).isNotice ?? false;

async function isLinkDead(act: Act, mail: Mail): Promise<boolean> {
  if (!mail.ticketId) return false;
  const ticket = await findTicketById(act.tx, mail.serviceId, mail.ticketId);
  return !ticket || ticket.usedAt !== null || ticket.voidedAt !== null || ticket.expiresAt <= act.now;
}

/** The code of an error that no later attempt can mend. Throws every other error again, so the job is retried. */
function permanentFault(error: unknown): string {
  if (error instanceof OwnLinkError) return 'link_of_another_site';
  if (error instanceof SealedTextError) return `sealed_${error.code}`;
  // The text of an announcement, which has no default to fall back on.
  if (error instanceof DomainError) return error.code;
  throw error;
}

async function renderOnce(act: Act, mail: Mail): Promise<RenderedMail> {
  if (mail.sealedMessage)
    return JSON.parse(openSealedText(act.keyring, 'mail', mail.sealedMessage)) as RenderedMail;
  if (!mail.sealedOrder) throw new Error('a queued mail has nothing to say');
  const ordered = JSON.parse(openSealedText(act.keyring, 'mail', mail.sealedOrder)) as MailOrder;
  const order = (await isLinkDead(act, mail)) ? withoutLink(ordered) : ordered;
  const template = mail.template as MailName;
  const savedText = order.text ?? (await findMailText(act.tx, mail.serviceId, template)).text;
  const { organizationName, supportEmail, publicUrl, mailLinkHosts, brand } = act.policy;
  const renderWith = (text: TemplateText, language: Language, variables = order.variables) =>
    renderMail({
      template,
      text,
      language,
      variables,
      brand: { organizationName, supportEmail, publicUrl, color: brand.color },
      linkHosts: mailLinkHosts,
      unsubscribeUrl: order.unsubscribeUrl,
      ...(order.linkEndsAt ? { linkEndsAt: new Date(order.linkEndsAt) } : {}),
    });
  const renderDefault = () => {
    const language = languageNamed(order.language);
    return renderWith(defaultText(template, language), language);
  };
  // An operator's text is sent as it was written, and everything else in that mail is in the service's language then.
  const renderSaved = (text: TemplateText) =>
    renderWith(
      text,
      languageOfMail(template, languageNamed(act.policy.language)),
      order.variablesByDefault ?? order.variables,
    ).catch((error: unknown) => {
      // A text that was saved before a rule became stricter must not stop the mail.
      if (error instanceof DomainError) return renderDefault();
      throw error;
    });
  const renderAnnouncement = (text: TemplateText) => renderWith(text, languageNamed(order.language));
  const isBulk = templateOf(template).isBulk ?? false;
  const render = isBulk ? renderAnnouncement : renderSaved;
  const content = await (savedText ? render(savedText) : renderDefault());
  const headers = order.unsubscribeUrl ? { headers: unsubscribeHeaders(order.unsubscribeUrl) } : {};
  return { to: mailboxOf(order.to), ...content, ...headers };
}

/** Mail programs offer it as a button, which the mail provider presses. Source: RFC 2369, RFC 8058 3.1. */
const unsubscribeHeaders = (url: string) => ({
  'List-Unsubscribe': `<${url}>`,
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
});

function withoutLink({ variables, variablesByDefault, ...order }: MailOrder): MailOrder {
  const unlinked = ({ ConfirmUrl: _url, ConfirmQuery: _query, ...rest }: Record<string, string>) => rest;
  return {
    ...order,
    variables: unlinked(variables),
    ...(variablesByDefault ? { variablesByDefault: unlinked(variablesByDefault) } : {}),
    linkEndsAt: null,
  };
}
