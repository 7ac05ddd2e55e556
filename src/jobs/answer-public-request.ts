import { answerSignUp } from '../operations/accounts/answer-sign-up.ts';
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

/** Decides, out of sight of whoever signed up, what becomes of it. */
export function createSignUpTask(means: JobMeans) {
  return async (payload: unknown): Promise<void> => {
    const { sealedWish } = payload as { sealedWish: string };
    await answerSignUp(means.system('public request'), { sealedWish });
  };
}
