import { z } from 'zod';
import { findMailText, holdMailText, saveMailText } from '../../db/mails.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation } from '../operation.ts';
import { checkTemplateText, demandTemplate, templateName, templateText } from '../template-input.ts';

/**
 * Changes a mail's text; mails that were already written keep theirs. `expectedVersion` is the one that was shown
 * (0: the default).
 * Errors: `template_not_found`; `template_invalid` with the field; `template_changed` when somebody
 * else saved it meanwhile.
 */
export const saveTemplate = defineOperation({
  name: 'templates/save',
  allowed: ADMINS,
  effect: 'change',
  input: z.strictObject({
    template: templateName,
    expectedVersion: z.int().min(0).optional(),
    ...templateText,
  }),
  async run(act, { template: name, expectedVersion, subject, body }) {
    const template = demandTemplate(name);
    checkTemplateText(act, template, { subject, body });
    await holdMailText(act.tx, act.service.id, template.name);
    const former = await findMailText(act.tx, act.service.id, template.name);
    if (expectedVersion !== undefined && expectedVersion !== (former?.version ?? 0)) {
      throw new DomainError('template_changed', {
        current: { by: former?.changedBy ?? '', ...(former ? { at: former.changedAt } : {}) },
      });
    }
    await saveMailText(act.tx, {
      serviceId: act.service.id,
      template: template.name,
      subject,
      body,
      changedAt: act.now,
      changedBy: act.actorName,
    });
    act.record({
      target: { kind: 'template', id: template.name },
      before: { subject: former?.subject ?? template.subject, body: former?.body ?? template.body },
      after: { subject, body },
      isAnnounced: true,
    });
    return { template: template.name, title: template.title };
  },
});
