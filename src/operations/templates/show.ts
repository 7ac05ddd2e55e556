import { findMailText } from '../../db/outbox/mails.ts';
import { defaultText, sampleVariables } from '../../mail/templates/catalog.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { demandTemplate, ownLanguage, templateName } from './input.ts';

/** A template's present text, its variables with sample values, and who changed it last. Errors: `template_not_found`. */
export const showTemplate = defineOperation({
  name: 'templates/show',
  allowed: ADMINS,
  effect: 'read',
  input: { template: templateName },
  async run(act, input) {
    const template = demandTemplate(input.template);
    const { organizationName, publicUrl, supportEmail } = act.policy;
    const samples: Record<string, string> = {
      ...sampleVariables(template.name, { organizationName, publicUrl }, ownLanguage(act)),
      SupportEmail: supportEmail,
    };
    const byDefault = defaultText(template.name, ownLanguage(act));
    const { text, version } = await findMailText(act.tx, act.service.id, template.name);
    return {
      name: template.name,
      title: template.title,
      description: template.description,
      variables: template.variables.map((variable) => ({
        ...variable,
        sample: samples[variable.name] ?? '',
      })),
      subject: text?.subject ?? byDefault.subject,
      body: text?.body ?? byDefault.body,
      syntax: text?.syntax ?? 'markdown',
      isDefault: text === null,
      version,
      changedBy: text?.changedBy ?? null,
      changedAt: text?.changedAt ?? null,
    };
  },
});
