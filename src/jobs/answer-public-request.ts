import { answerInvitationRequest } from '../operations/invitations/answer-request.ts';
import { answerResetRequest } from '../operations/passwords/answer-request.ts';
import type { JobMeans } from './means.ts';

/** Looks up, out of sight of whoever sent the form, whether anybody has the address. */
export function createPublicRequestTask(means: JobMeans) {
  return async (payload: unknown): Promise<void> => {
    const { kind, sealedEmail } = payload as { kind: 'password-reset' | 'invitation'; sealedEmail: string };
    const context = means.system('public request');
    if (kind === 'password-reset') await answerResetRequest(context, { sealedEmail });
    else await answerInvitationRequest(context, { sealedEmail });
  };
}
