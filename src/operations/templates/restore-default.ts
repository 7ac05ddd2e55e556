import { findMailText, holdMailText, saveMailText } from '../../db/outbox/mails.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { demandTemplate, demandTextVersion, templateName } from './input.ts';

/**
 * Restores a mail's default text. `wasDefault`: it had no text of its own.
 * Errors: `template_not_found`; `template_changed` when it isn't the version that the operator saw.
 * Source: Azure, EmailTemplate_Delete (a reset).
 */
export const restoreDefaultTemplate = defineOperation({
  name: 'templates/restore-default',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: { template: templateName, expectedVersion: input.expectedVersion },
  async run(act, input) {
    const { name: template, title } = demandTemplate(input.template);
    await holdMailText(act.tx, act.service.id, template);
    const former = await findMailText(act.tx, act.service.id, template);
    demandTextVersion(former, input.expectedVersion);
    const { text } = former;
    const change = { serviceId: act.service.id, template, changedAt: act.now, changedBy: act.actorName };
    if (text) await saveMailText(act.tx, change, null);
    act.record({
      target: { kind: 'template', id: template },
      ...(text ? { before: { subject: text.subject, body: text.body, syntax: text.syntax } } : {}),
      after: { default: true },
      // Operators need no notice when nothing changed.
      ...(text ? { isAnnounced: true as const } : {}),
    });
    return { template, title, wasDefault: text === null };
  },
});
