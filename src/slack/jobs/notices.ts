// Tells operators of changes and failures.
import { showAuditRow } from '../../operations/audit/show.ts';
import { showDigest } from '../../operations/digests/show.ts';
import { listInvitationsOfInviter } from '../../operations/invitations/list-of-inviter.ts';
import { showInvitation } from '../../operations/invitations/show.ts';
import { showToken } from '../../operations/tokens/show.ts';
import { buttonValue } from '../frame/reference.ts';
import { actions, button, section } from '../present/blocks.ts';
import { digestMessage } from '../present/digest.ts';
import { historyLine, historyRow } from '../present/history.ts';
import { outageText } from '../present/outage.ts';
import { escapeText, formatDate } from '../present/text.ts';
import { approvalChannels, approvalChannelsWithout, operatorsWithout } from './approvers.ts';
import type { SlackJob } from './dependencies.ts';
import { post, sendDirectMessage, userIdIn } from './direct-messages.ts';

/** Tells the approvals channel of a change that needs no approval; without a channel, each other operator. */
export const postNotice: SlackJob<'post-notice'> = async (dependencies, { auditId }) => {
  const { approvalsChannel } = dependencies;
  const entry = await showAuditRow(dependencies.system(), { auditId });
  const channels = approvalsChannel
    ? [approvalsChannel]
    : await approvalChannelsWithout(dependencies, entry.actorId);
  for (const channel of channels) {
    const isExposed = await dependencies.isExposed(channel);
    const place = { isExposed, withTarget: true };
    const text = historyLine(entry, place);
    await post(dependencies, channel, { text, blocks: [historyRow(entry, { ...place, role: 'admin' })] });
  }
};

/** Posts Monday's digest; without a channel, to each operator. It has no personal data, so everybody may see it. */
export const postDigest: SlackJob<'post-digest'> = async (dependencies) => {
  const digest = await showDigest(dependencies.system(), {});
  for (const channel of await approvalChannels(dependencies))
    await post(dependencies, channel, digestMessage(digest));
};

const INVITATION_NEWS = {
  'invitation-bounced': (email: string) =>
    `The invitation to ${email} bounced: the mailbox doesn't exist, or doesn't accept mail.`,
  'invitation-unsent': (email: string) =>
    `The invitation to ${email} may not have arrived: the mail failed, or we don't know. *Resend* mails a new link.`,
  'invitation-asked-again': (email: string) =>
    `${email} asks for a new invitation. The one you sent has ended.`,
};

export const tellOperator: SlackJob<'tell-operator'> = async (dependencies, job) => {
  const userId = userIdIn(dependencies, job.operator);
  if (!userId) return;
  const invitation = await showInvitation(dependencies.system(), { invitationId: job.invitationId });
  const { email } = invitation;
  // The invitation was erased.
  if (email === '') return;
  const text = INVITATION_NEWS[job.news](escapeText(email));
  // A revoked invitation can't be sent again.
  const resend =
    invitation.state === 'revoked'
      ? button('menu-invite', 'Invite', '-')
      : button('invitation-resend', 'Resend', buttonValue(invitation), { label: `Resend to ${email}` });
  await sendDirectMessage(dependencies, userId, { text, blocks: [section(text), actions([resend])] });
};

export const tellOfOutage: SlackJob<'tell-of-outage'> = async (dependencies, { operator, ...outage }) => {
  const userId = userIdIn(dependencies, operator);
  if (!userId) return;
  const [text, ...more] = outageText(outage);
  await sendDirectMessage(dependencies, userId, { text, blocks: [text, ...more].map(section) });
};

export const tellOfEndingToken: SlackJob<'tell-of-ending-token'> = async (dependencies, { tokenId }) => {
  const token = await showToken(dependencies.system(), { tokenId });
  if (token.hasEnded || token.ownerTeamId !== dependencies.teamId) return;
  const text = `Your token *${escapeText(token.name)}* for the management API ends ${formatDate(token.expiresAt)}. To create another, run this on the server: \`npm run token -- create\`.`;
  await sendDirectMessage(dependencies, token.ownerUserId, { text, blocks: [section(text)] });
};

/** Tells the other admins that an operator can no longer act, and which invitations that person left open. */
export const tellOfLostOperator: SlackJob<'tell-of-lost-operator'> = async (dependencies, { person }) => {
  const { invitations, more } = await listInvitationsOfInviter(dependencies.system(), { invitedBy: person });
  const lines = invitations.map((one) => `• ${escapeText(one.email)} · ends ${formatDate(one.expiresAt)}`);
  const who = userIdIn(dependencies, person);
  const head = `${who ? `<@${who}>` : escapeText(person)} can no longer act here: Slack no longer counts them as a full member. Their role is withdrawn, their tokens are revoked, and their requests are closed.`;
  const open = lines.length
    ? `Their open invitations still work; \`/apim-user invites\` revokes them:\n${lines.join('\n')}${more ? '\n…' : ''}`
    : 'They have no open invitations.';
  for (const userId of await operatorsWithout(dependencies, person, 'admin'))
    await sendDirectMessage(dependencies, userId, { text: head, blocks: [section(head), section(open)] });
};
