import { z } from 'zod';
import { deleteMailText, findMailText, holdMailText } from '../../db/mails.ts';
import { ADMINS, defineOperation } from '../operation.ts';
import { demandTemplate, templateName } from '../template-input.ts';

/** Gives a mail its default text back. Errors: `template_not_found`. Source: Azure, EmailTemplate_Delete (a reset). */
export const restoreDefaultTemplate = defineOperation({
  name: 'templates/restore-default',
  allowed: ADMINS,
  effect: 'change',
  input: z.strictObject({ template: templateName }),
  async run(act, input) {
    const template = demandTemplate(input.template);
    await holdMailText(act.tx, act.service.id, template.name);
    const former = await findMailText(act.tx, act.service.id, template.name);
    if (former) await deleteMailText(act.tx, act.service.id, template.name);
    act.record({
      target: { kind: 'template', id: template.name },
      ...(former ? { before: { subject: former.subject, body: former.body } } : {}),
      after: { default: true },
      isAnnounced: true,
    });
    return { template: template.name, title: template.title };
  },
});
