import type { KeptMailText } from '../../db/outbox/mails.ts';
import { DomainError } from '../../domain/domain-error.ts';

/** Errors: `template_changed`, by whom, when it isn't the version that was shown. */
export function demandTextVersion(
  { version, text }: KeptMailText,
  expectedVersion: number | undefined,
): void {
  if (expectedVersion === undefined || expectedVersion === version) return;
  throw new DomainError('template_changed', {
    current: { by: text?.changedBy ?? '', ...(text ? { at: text.changedAt } : {}) },
  });
}
