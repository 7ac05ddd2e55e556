import { DomainError } from '../../domain/domain-error.ts';

export type TemplateField = 'subject' | 'body';

/** Refuses a template's text: `template_invalid`, with the words beside the field. */
export function rejectTemplate(field: TemplateField, words: string): never {
  throw new DomainError('template_invalid', { fields: { [field]: words } });
}
