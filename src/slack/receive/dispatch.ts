// Finds out who asks, does the work, and says every refusal and fault where the person is.
import type { WebClient } from '@slack/web-api';
import { DomainError } from '../../domain/domain-error.ts';
import { repaintCards } from '../../operations/cards/repaint.ts';
import { repaintSubscriptionCards } from '../../operations/cards/repaint-subscription.ts';
import { WaitsForApproval } from '../../operations/frame/approval.ts';
import type { SlackActor } from '../../operations/frame/context.ts';
import { showOwnRole } from '../../operations/operators/show-own-role.ts';
import { whomToAsk } from '../commands/help.ts';
import type { Call } from '../feature.ts';
import { isTriggerGone, openMadeModal, type Trigger } from '../modals/open.ts';
import type { Message } from '../present/blocks.ts';
import { errorMessage, waitingMessage } from '../present/error.ts';
import { goneCard } from '../present/subscription.ts';
import type { Setup } from '../setup.ts';
import type { People } from './actor.ts';
import type { SlackParts } from './app.ts';

export type Means = SlackParts & { people: People; client: WebClient; teamId: string; setup: Setup };
export type Say = (message: Message, how?: { replace?: boolean }) => Promise<void>;
export type Asked = {
  userId: string;
  teamId: string;
  trigger: Trigger;
  say: Say;
  /** Where a refusal is said, when that isn't where an answer is. */
  sayRefusal?: Say;
  /** The message in a channel whose button was pressed. */
  card?: { channel: string; ts: string };
  /** What is said when Slack would not open a modal any more: everything else has failed by then. */
  tooLate?: Message;
};

export async function answering(
  means: Means,
  asked: Asked,
  work: (call: Call) => Promise<void>,
): Promise<void> {
  let call: Call | null = null;
  try {
    const actor = await means.people.actorOf(asked.userId, asked.teamId);
    call = callOf(means, actor, asked);
    await work(call);
  } catch (error) {
    // What waits for somebody else is an answer, not a refusal: there is nothing to mend and send again.
    const say = error instanceof WaitsForApproval ? asked.say : (asked.sayRefusal ?? asked.say);
    if (isTriggerGone(error)) return sayLate(means, asked);
    if (call) await repaintIfStale(call, error, asked.card);
    const message = await inWords(means, call, error);
    try {
      await say(message);
    } catch (cause) {
      if (!isTriggerGone(cause)) throw cause;
      await tellDirectly(means, asked, message);
    }
  }
}

/** Whoever met a card that is out of date should be the last to meet it. */
async function repaintIfStale(call: Call, error: unknown, card: Asked['card']): Promise<void> {
  // Only a courtesy: when it fails, what was to be said is said all the same.
  if (error instanceof DomainError) await repaint(call, error, card).catch(() => {});
}

async function repaint({ context, client }: Call, error: DomainError, card: Asked['card']): Promise<void> {
  const { code, detail } = error;
  // With the subscription went what is known of its cards.
  if (code === 'subscription_not_found' && card) await client.chat.update({ ...card, ...goneCard() });
  if (!detail.id) return;
  if (code === 'account_changed') await repaintCards(context, { accountId: detail.id });
  if (code === 'subscription_changed' || code === 'subscription_state_unfitting')
    await repaintSubscriptionCards(context, { subscriptionId: detail.id });
}

export function callOf(means: Means, actor: SlackActor, asked: Pick<Asked, 'trigger' | 'say'>): Call {
  const context = means.contextOf(actor);
  let role: ReturnType<Call['role']> | null = null;
  const call: Call = {
    actor,
    context,
    client: means.client,
    role: () => {
      role ??= showOwnRole(context, {});
      return role;
    },
    reply: asked.say,
    openModal: (make) =>
      openMadeModal(means.client, asked.trigger, make, (error) => inWords(means, call, error)),
  };
  return call;
}

async function inWords(means: Means, call: Call | null, error: unknown): Promise<Message> {
  if (error instanceof WaitsForApproval) return waitingMessage(error);
  if (error instanceof DomainError) {
    const isForMember = error.code === 'not_permitted' && call?.actor.standing === 'member';
    const ask = isForMember ? await whomToAsk(call).catch(() => null) : null;
    return errorMessage(error, call?.actor.standing ?? 'member', ask);
  }
  const reference = crypto.randomUUID().slice(0, 8);
  means.log.error({ err: error, reference }, 'a request from Slack failed');
  // An answer that Slack did not take comes after the deed.
  const sofar = call
    ? '. It may or may not have been done: look before you try again'
    : ', and nothing was changed';
  return {
    text: `Something went wrong on our side${sofar}. If it stays so, tell whoever runs this app the reference \`${reference}\`.`,
  };
}

/** Home and modals have no other way left than a message of the app's own. */
async function sayLate(means: Means, asked: Asked): Promise<void> {
  await (asked.tooLate ? asked.say(asked.tooLate) : tellDirectly(means, asked, tooLate()));
}

async function tellDirectly(means: Means, asked: Asked, message: Message): Promise<void> {
  const { channel } = await means.client.conversations.open({ users: asked.userId });
  if (channel?.id) await means.client.chat.postMessage({ channel: channel.id, ...message });
}

/** What is said when Slack would not open a modal any more. */
export function tooLate(blocksOf?: (text: string) => Message['blocks']): Message {
  const text =
    'That took longer than Slack waits for a window, so it was not opened and nothing was changed. Please try again.';
  const blocks = blocksOf?.(text);
  return { text, ...(blocks ? { blocks } : {}) };
}
