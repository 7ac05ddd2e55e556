import { DomainError } from '../../domain/domain-error.ts';

export type TemplateField = 'subject' | 'body';

/** Throws `template_invalid` with the words for the field. */
export function rejectTemplate(field: TemplateField, words: string): never {
  throw new DomainError('template_invalid', { fields: { [field]: words } });
}
