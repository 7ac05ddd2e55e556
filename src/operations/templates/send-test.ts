import { parseEmailAddress } from '../../domain/email-address.ts';
import { sampleVariables } from '../../mail/templates/catalog.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { queueMail } from '../frame/outbox.ts';
import { checkTemplateText, demandTemplate, ownLanguage, templateName, templateText } from './input.ts';

/**
 * Mails a text, saved or not, with sample values to the operator. Its links lead to our site but open nothing.
 * Errors: `template_not_found`, `template_invalid`, `email_invalid`.
 */
export const sendTestOfTemplate = defineOperation({
  name: 'templates/send-test',
  allowed: ADMINS,
  effect: 'change',
  input: { template: templateName, ...templateText, to: input.email },
  async run(act, { template: name, subject, body, syntax, to }) {
    const template = demandTemplate(name);
    checkTemplateText(act, template, { subject, body, syntax });
    const { spelling } = parseEmailAddress(to);
    const { organizationName, publicUrl } = act.policy;
    const variables = sampleVariables(template.name, { organizationName, publicUrl }, ownLanguage(act));
    await queueMail(act, {
      template: template.name,
      to: spelling,
      firstName: variables.DevFirstName ?? '',
      lastName: variables.DevLastName ?? '',
      variables,
      text: { subject, body, syntax },
    });
    act.record({ target: { kind: 'template', id: template.name } });
    return { to: spelling };
  },
});
