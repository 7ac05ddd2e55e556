import type { KnownBlock } from '@slack/types';
import type { ApprovalView } from '../../operations/approvals/approval-view.ts';
import { decideApproval } from '../../operations/approvals/decide.ts';
import { listOwnApprovals } from '../../operations/approvals/list-own.ts';
import { listWaitingApprovals } from '../../operations/approvals/list-waiting.ts';
import { withdrawApproval } from '../../operations/approvals/withdraw.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { openModalFor } from '../frame/role.ts';
import { textOf } from '../modals/form.ts';
import { approvalLine, approvalTitle, decisionButtons, restoreBlocks } from '../present/approval.ts';
import { actions, button, type Message, modal, section, textInput } from '../present/blocks.ts';

/** Two of these lists fit into one message. */
const APPROVALS_A_PAGE = 10;

const waitingPages = definePages(
  'approvals',
  async (request, _query, page) => {
    const { approvals, next, count } = await listWaitingApprovals(request.context, page);
    const rows = approvals.map(waitingBlocks);
    return { title: 'Waiting for your decision', rows, next, count, none: 'Nothing waits for you.' };
  },
  APPROVALS_A_PAGE,
);

const ownPages = definePages(
  'own-approvals',
  async (request, _query, page) => {
    const { approvals, next, count } = await listOwnApprovals(request.context, page);
    const rows = approvals.map(ownBlocks);
    return { title: 'My requests', rows, next, count, none: 'You have made no requests.' };
  },
  APPROVALS_A_PAGE,
);

export const approvalsFeature: Feature = {
  command: {
    name: 'approvals',
    aliases: ['approval', 'approve', 'decline', 'reject', 'requests'],
    usage: 'approvals',
    summary: 'Shows what waits for your decision, and what became of what you asked for.',
    example: '/apim-user approvals',
    who: 'everybody',
    run: async (request) => request.reply(await approvalsPage(request)),
  },
  buttons: {
    ...waitingPages.buttons,
    ...ownPages.buttons,
    'menu-approvals': async (request) => request.reply(await approvalsPage(request)),
    'approval-approve': async (request, approvalId) => {
      const decided = await decideApproval(request.context, { approvalId, decision: 'approve' });
      const text =
        decided.state === 'approved'
          ? 'Approved, and done. The requester is told.'
          : 'Approved, but it could no longer be done: the card says why. Nothing changed, and the requester is told.';
      await request.reply({ text });
    },
    'approval-decline': (request, approvalId) =>
      openModalFor(request, decideApproval, { approvalId }, () => declineModal(approvalId)),
    'approval-withdraw': async (request, approvalId) => {
      await withdrawApproval(request.context, { approvalId });
      await request.reply({ text: 'Taken back. Nothing was done.' });
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
        return { text: 'Declined. The requester is told, with your reason.' };
      },
    },
  },
};

const declineModal = (approvalId: string) =>
  modal({
    callback: 'approval-decline',
    title: 'Decline',
    submit: 'Decline',
    metadata: { id: approvalId },
    blocks: [
      textInput('reason', 'Reason', { multiline: true, maxLength: 500, hint: 'The requester reads it.' }),
    ],
  });

async function approvalsPage(request: SlackRequest): Promise<Message> {
  const blocks = await approvalBlocks(request);
  if (blocks.length > 0) return { text: 'Approvals', blocks };
  return { text: 'Nothing waits for you, and you have made no requests.' };
}

/** The approvals that this person can decide, and their own requests. App Home shows them too. */
export async function approvalBlocks(request: SlackRequest): Promise<KnownBlock[]> {
  const lists = [
    ...((await request.role()) ? [await waitingPages.first(request, {})] : []),
    await ownPages.first(request, {}),
  ];
  return lists.flatMap(({ blocks, isEmpty }) => (isEmpty ? [] : blocks));
}

const waitingBlocks = (approval: ApprovalView): KnownBlock[] => [
  section(approvalLine(approval)),
  // One view may have several of these rows, and Slack wants a block id of its own for each.
  { ...decisionButtons(approval, approvalTitle(approval)), block_id: `waiting-${approval.id}` },
];

const ownBlocks = (approval: ApprovalView): KnownBlock[] => [
  section(approvalLine(approval)),
  ...(approval.state === 'open'
    ? [
        actions([
          button('approval-withdraw', 'Take back', approval.id, {
            label: `Take back: ${approvalTitle(approval)}`,
          }),
        ]),
      ]
    : []),
  ...restoreBlocks(approval),
];
