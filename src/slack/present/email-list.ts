// What can't be read of the emails that a person typed.
import type { EmailList } from '../../domain/email-list.ts';
import { escapeText, joinLines } from './text.ts';

const MAX_FAULTS_LISTED = 20;

/** Such as "• `dora@`: there is no domain after the @", in as few texts as fit into sections. */
export function listFaults({ faults }: EmailList): string[] {
  const more = faults.length - MAX_FAULTS_LISTED;
  const lines = faults
    .slice(0, MAX_FAULTS_LISTED)
    .map(({ text, reason }) => `• \`${escapeText(text)}\`: ${escapeText(reason)}`);
  return joinLines([...lines, ...(more > 0 ? [`… and ${more} more`] : [])]);
}
