import { renderMail } from '../../mail/render.ts';
import { sampleVariables } from '../../mail/templates/catalog.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { checkTemplateText, demandTemplate, ownLanguage, templateName, templateText } from './input.ts';

/** Renders a text as the developer would get it, with sample values. Errors: `template_not_found`, `template_invalid`. */
export const previewTemplate = defineOperation({
  name: 'templates/preview',
  allowed: ADMINS,
  effect: 'read',
  input: { template: templateName, ...templateText },
  async run(act, { template: name, subject, body, syntax }) {
    const template = demandTemplate(name);
    checkTemplateText(act, template, { subject, body, syntax });
    const { organizationName, supportEmail, publicUrl, invitationLifetimeHours, mailLinkHosts } = act.policy;
    const language = ownLanguage(act);
    const variables = sampleVariables(template.name, { organizationName, publicUrl }, language);
    return renderMail({
      template: template.name,
      text: { subject, body, syntax },
      language,
      variables,
      brand: { organizationName, supportEmail, publicUrl, color: act.policy.brand.color },
      linkHosts: mailLinkHosts,
      // Only a mail with a one-time link says when it ends.
      ...(variables.ConfirmUrl ? { linkEndsAt: hoursAfter(act.now, invitationLifetimeHours) } : {}),
    });
  },
});
