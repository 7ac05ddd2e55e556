// What background tasks need of Slack: painting cards and writing to an operator.
import type { WebClient } from '@slack/web-api';
import { DomainError } from '../../domain/domain-error.ts';
import { planCards } from '../../operations/cards/plan.ts';
import { planSignUpCards } from '../../operations/cards/plan-sign-ups.ts';
import { planSubscriptionCards } from '../../operations/cards/plan-subscription.ts';
import { recordPaintedCard } from '../../operations/cards/record-painted.ts';
import type { Context } from '../../operations/frame/context.ts';
import { showInvitation } from '../../operations/invitations/show.ts';
import { listOperators } from '../../operations/operators/list.ts';
import { slackErrorOf } from '../modals/open.ts';
import { cardMessage } from '../present/account.ts';
import { actions, button, section } from '../present/blocks.ts';
import { type MailOutage, outageWords } from '../present/outage.ts';
import { signUpsCard } from '../present/sign-ups.ts';
import { subscriptionCard } from '../present/subscription.ts';
import { escapeText } from '../present/text.ts';
import { createApprovalJobs } from './approvals.ts';
import { createImportJobs } from './imports.ts';
import { paint } from './paint.ts';

export type JobMeans = {
  client: WebClient;
  apiUrl: string;
  teamId: string;
  approvalsChannel: string | null;
  /** The user group that approval cards call upon. */
  approversGroup: string | null;
  system: () => Context;
  /** Whether people without a say may read a channel: cards there leave out address and note. */
  isExposed: (channelId: string) => Promise<boolean>;
};

const NEWS = {
  'invitation-bounced': (address: string) =>
    `The invitation to ${address} bounced: there is no such mailbox, or it takes no mail.`,
  'invitation-unsent': (address: string) =>
    `The invitation to ${address} could not be mailed, or nobody can say whether it was. Resend mails a new link.`,
  'invitation-asked-again': (address: string) =>
    `${address} asks for the invitation again that you sent and that has ended.`,
};

function unlessGone(error: unknown): null {
  if (error instanceof DomainError && error.code === 'subscription_not_found') return null;
  throw error;
}

/** Slack's words for somebody who gets no direct message: deactivated, a bot, a stranger, or nobody at all. */
const CANNOT_BE_WRITTEN_TO = new Set([
  'cannot_dm_bot',
  'invalid_user_combination',
  'user_disabled',
  'user_not_found',
  'user_not_visible',
  'users_not_found',
]);

export type SlackJobs = ReturnType<typeof createSlackJobs>;

export function createSlackJobs(means: JobMeans) {
  const openDm = async (userId: string): Promise<string | null> => {
    try {
      const { channel } = await means.client.conversations.open({ users: userId });
      return channel?.id ?? null;
    } catch (error) {
      // An operator on paper only; what everybody else is to see must not wait for them.
      if (CANNOT_BE_WRITTEN_TO.has(slackErrorOf(error))) return null;
      throw error;
    }
  };

  async function approvalChannels(): Promise<string[]> {
    if (means.approvalsChannel) return [means.approvalsChannel];
    const operators = await listOperators(means.system(), { teamId: means.teamId });
    const channels = await Promise.all(operators.map((operator) => openDm(operator.slackUserId)));
    return channels.filter((channel): channel is string => channel !== null);
  }

  return {
    ...createApprovalJobs(means, openDm),
    ...createImportJobs(means, openDm),

    /** Posts the cards that are missing and repaints those that are there. A lost message is posted anew. */
    async repaintCards({ accountId }: { accountId: string }): Promise<void> {
      const context = means.system();
      const { account, cards } = await planCards(context, { accountId, channels: [] });
      const planned =
        account.state === 'pending'
          ? (await planCards(context, { accountId, channels: await approvalChannels() })).cards
          : cards;
      for (const card of planned) {
        const message = cardMessage(account, { isExposed: await means.isExposed(card.channelId) });
        const posted = await paint(means.client, card, message);
        await recordPaintedCard(context, { cardId: card.id, ...posted, version: account.version });
      }
    },

    async tellOfOutage({ operator, ...outage }: { operator: string } & MailOutage): Promise<void> {
      const [teamId, userId] = operator.split('/');
      const channel = teamId === means.teamId && userId ? await openDm(userId) : null;
      if (!channel) return;
      const [text, ...more] = outageWords(outage);
      await means.client.chat.postMessage({ channel, text, blocks: [text, ...more].map(section) });
    },

    /** As `repaintCards`, for a subscription that was asked for; one that was deleted has nothing to show any more. */
    async repaintSubscription({ subscriptionId }: { subscriptionId: string }): Promise<void> {
      const context = means.system();
      const plan = (channels: string[]) => planSubscriptionCards(context, { subscriptionId, channels });
      const first = await plan([]).catch(unlessGone);
      if (!first) return;
      const isWaiting = first.subscription.state === 'submitted';
      const { subscription, cards } = isWaiting ? await plan(await approvalChannels()) : first;
      for (const card of cards) {
        const message = subscriptionCard(subscription, { isExposed: await means.isExposed(card.channelId) });
        const posted = await paint(means.client, card, message);
        await recordPaintedCard(context, { cardId: card.id, ...posted, version: subscription.version });
      }
    },

    /** What it shows is how many still wait, so that this is the version that it was painted for. */
    async repaintSignUps({ summaryId }: { summaryId: string }): Promise<void> {
      const context = means.system();
      const channels = await approvalChannels();
      const { cards, total, waiting } = await planSignUpCards(context, { summaryId, channels });
      const version = waiting + 1;
      for (const card of cards) {
        if (card.messageTs !== null && card.paintedVersion === version) continue;
        const posted = await paint(means.client, card, signUpsCard({ total, waiting }));
        await recordPaintedCard(context, { cardId: card.id, ...posted, version });
      }
    },

    async tellOperator(job: {
      operator: string;
      news: keyof typeof NEWS;
      invitationId: string;
    }): Promise<void> {
      const [teamId, userId] = job.operator.split('/');
      if (teamId !== means.teamId || !userId) return;
      const channel = await openDm(userId);
      if (!channel) return;
      const invitation = await showInvitation(means.system(), { invitationId: job.invitationId });
      const address = escapeText(invitation.email);
      // Erased meanwhile: there is nobody left to speak of.
      if (!address) return;
      const text = NEWS[job.news](address);
      const value = JSON.stringify({ id: invitation.id, version: invitation.version });
      const resend = actions([
        button('invitation-resend', 'Resend', value, { label: `Resend to ${invitation.email}` }),
      ]);
      await means.client.chat.postMessage({ channel, text, blocks: [section(text), resend] });
    },
  };
}
