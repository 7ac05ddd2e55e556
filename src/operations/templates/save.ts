import { findMailText, holdMailText, saveMailText } from '../../db/outbox/mails.ts';
import { defaultText, type TemplateText, xhtmlOf } from '../../mail/templates/catalog.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import {
  checkTemplateText,
  demandTemplate,
  demandTextVersion,
  ownLanguage,
  templateName,
  templateText,
} from './input.ts';

/**
 * Changes a mail's text; mails that are rendered already stay. A field that is left out stays, and the syntax stays with the
 * body. An XHTML body that equals the rendered Markdown keeps the Markdown; any other is kept as it was written. `wasDefault`: it had no text of its own.
 * Errors: `template_not_found`; `template_invalid` with the field; `template_changed` when another operator saved it since.
 */
export const saveTemplate = defineOperation({
  name: 'templates/save',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    template: templateName,
    expectedVersion: input.expectedVersion,
    subject: templateText.subject.optional(),
    body: templateText.body.optional(),
    syntax: templateText.syntax,
  },
  async run(act, { template: name, expectedVersion, subject, body, syntax }) {
    const template = demandTemplate(name);
    await holdMailText(act.tx, act.service.id, template.name);
    const former = await findMailText(act.tx, act.service.id, template.name);
    demandTextVersion(former, expectedVersion);
    const { subject: formerSubject, body: formerBody } =
      former.text ?? defaultText(template.name, ownLanguage(act));
    const before = { subject: formerSubject, body: formerBody, syntax: former.text?.syntax ?? 'markdown' };
    const isSameBody =
      body === undefined || (syntax === 'xhtml' && body === xhtmlOf(template.name, before, ownLanguage(act)));
    const after = {
      ...(isSameBody ? before : { body, syntax }),
      subject: subject ?? before.subject,
    } satisfies TemplateText;
    checkTemplateText(act, template, after);
    const change = { template: template.name, changedAt: act.now, changedBy: act.actorName };
    await saveMailText(act.tx, { serviceId: act.service.id, ...change }, after);
    act.record({ target: { kind: 'template', id: template.name }, before, after, isAnnounced: true });
    return { template: template.name, title: template.title, wasDefault: former.text === null };
  },
});
