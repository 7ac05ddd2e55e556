import type { StoredMailText } from '../../db/outbox/mails.ts';
import { DomainError } from '../../domain/domain-error.ts';

/** Errors: `template_changed`, with the operator who changed it, when it isn't the version that was shown. */
export function demandTextVersion(
  { version, text }: StoredMailText,
  expectedVersion: number | undefined,
): void {
  if (expectedVersion === undefined || expectedVersion === version) return;
  throw new DomainError('template_changed', {
    current: { by: text?.changedBy ?? '', ...(text ? { at: text.changedAt } : {}) },
  });
}
