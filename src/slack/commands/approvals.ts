import type { KnownBlock } from '@slack/types';
import type { ApprovalView } from '../../operations/approvals/approval-view.ts';
import { decideApproval } from '../../operations/approvals/decide.ts';
import { listOwnApprovals } from '../../operations/approvals/list-own.ts';
import { listWaitingApprovals } from '../../operations/approvals/list-waiting.ts';
import { withdrawApproval } from '../../operations/approvals/withdraw.ts';
import type { Feature } from '../frame/feature.ts';
import { type Beside, besideEachOther, definePages } from '../frame/pages.ts';
import { openModalFor } from '../frame/role.ts';
import { textOf } from '../modals/form.ts';
import { approvalLine, approvalTitle, decisionButtons, restoreOf } from '../present/approval.ts';
import { button, modal, section, textInput } from '../present/blocks.ts';

/** Two of these lists fit into one message. */
const APPROVALS_A_PAGE = 10;

const waitingPages = definePages<Beside>(
  'approvals',
  async (request, _beside, page) => {
    const { approvals, next, count } = await listWaitingApprovals(request.context, page);
    const rows = approvals.map(waitingBlocks);
    return {
      title: 'Waiting for your decision',
      rows,
      next,
      count,
      none: 'No request is waiting for your decision.',
    };
  },
  APPROVALS_A_PAGE,
);

const ownPages = definePages<Beside>(
  'own-approvals',
  async (request, _beside, page) => {
    const { approvals, next, count } = await listOwnApprovals(request.context, page);
    const rows = approvals.map(ownBlocks);
    return { title: 'My requests', rows, next, count, none: 'You have no requests.' };
  },
  APPROVALS_A_PAGE,
);

/** The approvals that this person can decide, and their own requests. App Home shows them too. */
export const approvalPages = besideEachOther(
  {
    title: 'Approvals',
    none: 'No request is waiting for your decision, and you have no requests of your own.',
  },
  [{ pages: waitingPages, isShown: async (request) => (await request.role()) !== null }, { pages: ownPages }],
);

export const approvalsFeature: Feature = {
  command: {
    name: 'approvals',
    aliases: ['approval', 'approve', 'decline', 'reject', 'requests'],
    usage: 'approvals',
    summary: 'Lists the requests that wait for your decision, and your own requests.',
    example: '/apim-user approvals',
    who: 'everyone',
    run: async (request) => request.reply(await approvalPages.first(request)),
  },
  buttons: {
    ...approvalPages.buttons,
    'menu-approvals': async (request) => request.reply(await approvalPages.first(request)),
    'approval-approve': async (request, approvalId) => {
      const decided = await decideApproval(request.context, { approvalId, decision: 'approve' });
      const text =
        decided.state === 'approved'
          ? 'Approved and done. The requester gets a message.'
          : 'Approved, but it could no longer be done: the request shows why. Nothing changed. The requester gets a message.';
      await request.reply({ text });
    },
    'approval-decline': (request, approvalId) =>
      openModalFor(request, decideApproval, { approvalId }, () => declineModal(approvalId)),
    'approval-withdraw': async (request, approvalId) => {
      await withdrawApproval(request.context, { approvalId });
      await request.reply({ text: 'Withdrawn. Nothing changed.' });
    },
  },
  submissions: {
    'approval-decline': {
      async run(request, values, metadata) {
        const approvalId = String(metadata.id);
        await decideApproval(request.context, {
          approvalId,
          decision: 'decline',
          reason: textOf(values, 'reason'),
        });
        return { text: 'Declined. The requester gets a message with your reason.' };
      },
    },
  },
};

const declineModal = (approvalId: string) =>
  modal({
    callback: 'approval-decline',
    title: 'Decline a request',
    submit: 'Decline',
    metadata: { id: approvalId },
    blocks: [
      textInput('reason', 'Reason', { multiline: true, maxLength: 500, hint: 'The requester reads it.' }),
    ],
  });

const waitingBlocks = (approval: ApprovalView): KnownBlock[] => [
  section(approvalLine(approval)),
  // One view may have several of these rows, and Slack wants a block id of its own for each.
  { ...decisionButtons(approval, approvalTitle(approval)), block_id: `waiting-${approval.id}` },
];

const ownBlocks = (approval: ApprovalView): KnownBlock[] => {
  const withdraw =
    approval.state === 'open'
      ? button('approval-withdraw', 'Withdraw', approval.id, {
          label: `Withdraw: ${approvalTitle(approval)}`,
        })
      : null;
  const { until, restore } = restoreOf(approval) ?? {};
  const accessory = withdraw ?? restore;
  const text = [approvalLine(approval), ...(until ? [until] : [])].join('\n');
  return [{ ...section(text), ...(accessory ? { accessory } : {}) } as KnownBlock];
};
