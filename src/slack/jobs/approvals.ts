// The cards, reminders and outcomes of approvals.
import { showApproval } from '../../operations/approvals/show.ts';
import { planApprovalCards } from '../../operations/cards/plan-approval.ts';
import {
  approvalCard,
  approvalLine,
  approvalTitle,
  outcomeText,
  restoreBlocks,
} from '../present/approval.ts';
import { actions, button, section } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';
import { approvalChannelsWithout, mentionOf, operatorsWithout } from './approvers.ts';
import type { SlackJob } from './dependencies.ts';
import { post, sendDirectMessage, userIdIn } from './direct-messages.ts';
import { paintCards } from './paint.ts';

export const repaintApproval: SlackJob<'repaint-approval'> = async (dependencies, { approvalId }) => {
  const { approvalsChannel } = dependencies;
  const context = dependencies.system();
  const { requestedBy } = await showApproval(context, { approvalId });
  const channels = await approvalChannelsWithout(dependencies, requestedBy);
  const { approval, cards } = await planApprovalCards(context, { approvalId, channels });
  await paintCards(dependencies, cards, approval.version, async ({ channelId }) => {
    const isExposed = await dependencies.isExposed(channelId);
    const mention = channelId === approvalsChannel ? mentionOf(dependencies) : null;
    return approvalCard(approval, { isExposed, mention });
  });
};

/** Also tells the approvals channel when the approval ended without a decision. */
export const tellRequester: SlackJob<'tell-requester'> = async (dependencies, { approvalId }) => {
  const approval = await showApproval(dependencies.system(), { approvalId });
  const userId = userIdIn(dependencies, approval.requestedBy);
  const requester = approval.requestedByKind === 'token' ? escapeText(approval.requestedByName) : 'You';
  const text = `${requester} asked: *${escapeText(approvalTitle(approval))}* ${outcomeText(approval).replace(/\.$/, '')}.`;
  const blocks = [section(text), ...restoreBlocks(approval)];
  if (userId) await sendDirectMessage(dependencies, userId, { text, blocks });
  const { approvalsChannel } = dependencies;
  if (approval.state !== 'expired' || approvalsChannel === null) return;
  const ended = 'A request that waited here expired after 24 hours without a decision. Nothing changed.';
  await post(dependencies, approvalsChannel, { text: ended, blocks: [section(ended)] });
};

export const remindOfApproval: SlackJob<'remind-of-approval'> = async (dependencies, { approvalId }) => {
  const approval = await showApproval(dependencies.system(), { approvalId });
  if (approval.state !== 'open') return;
  const text = `Still waiting for a decision: ${approvalLine(approval)}`;
  const look = actions([button('menu-approvals', 'Review', '-')]);
  for (const userId of await operatorsWithout(dependencies, approval.requestedBy))
    await sendDirectMessage(dependencies, userId, { text, blocks: [section(text), look] });
};
