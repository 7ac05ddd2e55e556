import type { WebClient } from '@slack/web-api';
import { databaseOutageIn } from '../../domain/database-outage.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { repaintCards } from '../../operations/cards/repaint.ts';
import { repaintDriftCards } from '../../operations/cards/repaint-drift.ts';
import { repaintSubscriptionCards } from '../../operations/cards/repaint-subscription.ts';
import { actorId } from '../../operations/frame/actor.ts';
import { WaitsForApproval } from '../../operations/frame/approval.ts';
import type { Served, SlackActor } from '../../operations/frame/context.ts';
import { showOwnRole } from '../../operations/operators/show-own-role.ts';
import type { SlackRequest } from '../frame/feature.ts';
import { adminsToAsk } from '../frame/role.ts';
import { markingClient, markMessage, markOf, type ServiceMark } from '../frame/service-mark.ts';
import { isTriggerGone } from '../frame/slack-error.ts';
import { openModalWhenReady, type Trigger } from '../modals/open.ts';
import type { Message } from '../present/blocks.ts';
import { doneBeforeMessage, errorMessage, waitingMessage } from '../present/error.ts';
import { goneCard } from '../present/subscription.ts';
import type { SlackParts } from './app.ts';
import type { SlackPeople } from './people.ts';
import { type ServiceMeant, serviceMeant } from './service-meant.ts';
import type { SetupCheck } from './setup-check.ts';

export type SlackDependencies = SlackParts & {
  people: SlackPeople;
  client: WebClient;
  teamId: string;
  setupCheck: SetupCheck;
};

/** Only the person sees the message. `replace` redraws the message or modal that holds the clicked button. */
export type SendReply = (message: Message, how?: ReplyHow) => Promise<void>;
/** `mark` is of the service that replies. */
type ReplyHow = { replace?: boolean; mark?: ServiceMark | null };

export type RequestIdentity = {
  /** The audit rows of the request have it, whichever process does the work. */
  requestId: string;
  /** When the request came to a process that has died since. Its work may be done already. */
  takenUpFrom?: Date;
  /** The error of a database that can't keep the request: it is refused, and nothing is done. */
  outage?: unknown;
};

/** Who sent a request, and where to answer them. */
export type RequestSource = RequestIdentity & {
  userId: string;
  teamId: string;
  service: ServiceMeant;
  /** Of that service, once it is found. */
  mark?: ServiceMark | null;
  trigger: Trigger;
  reply: SendReply;
  /** A modal shows a refusal above the filled fields. Without it, refusals go where replies go. */
  replyToRefusal?: SendReply;
  /** Where a command was typed. */
  channel?: string;
  /** The message in a channel that holds the clicked button. */
  card?: { channel: string; ts: string };
  /** Sent when Slack no longer opens a modal for this request. Without it the app writes a direct message. */
  tooLate?: Message;
};

/** Finds out who sent a request, runs its handler, and replies to the sender with every refusal and fault. */
export async function dispatchRequest(
  dependencies: SlackDependencies,
  received: RequestSource,
  handle: (request: SlackRequest) => Promise<void>,
): Promise<void> {
  let source = received;
  let request: SlackRequest | null = null;
  try {
    if (source.outage) throw source.outage;
    const actor = await askWho(dependencies, source);
    const service = await findMeant(dependencies, source, actor);
    source = markingReplies(source, markOf(dependencies.services, service));
    const earlier = await earlierChanges(dependencies, { ...source, serviceId: service.id }, actor);
    const doneBefore = new Set(earlier.flatMap(({ targetId }) => targetId ?? []));
    const reply = orDirectly(dependencies, source);
    request = createRequest(dependencies, service, actor, { ...source, reply, doneBefore });
    if (earlier.every(({ operation }) => RUNS_AGAIN.has(operation))) await handle(request);
    else await request.reply(doneBeforeMessage(earlier));
  } catch (error) {
    // A request that waits for approval was accepted, so there is nothing to correct and submit again.
    const reply = error instanceof WaitsForApproval ? source.reply : (source.replyToRefusal ?? source.reply);
    if (isTriggerGone(error)) return replyTooLate(dependencies, source);
    if (request) await repaintIfStale(request, error, source.card);
    const message = await describeError(dependencies, request, error);
    // Slack takes no answer any more, for example at a `response_url` that is too old.
    await reply(message).catch(() => sendDirectMessage(dependencies, source, message));
  }
}

async function askWho({ people, log }: SlackDependencies, { userId, teamId }: RequestSource) {
  try {
    return await people.actorOf(userId, teamId);
  } catch (error) {
    log.error({ err: error }, 'Slack did not say who sent a request');
    throw new DomainError('standing_unknown');
  }
}

/** Only members learn which services there are; for others the default one refuses. */
async function findMeant(dependencies: SlackDependencies, source: RequestSource, actor: SlackActor) {
  try {
    return await serviceMeant(dependencies, source.service, source.teamId);
  } catch (error) {
    if (actor.membership !== 'member') return dependencies.services[0];
    throw error;
  }
}

function markingReplies(source: RequestSource, mark: ServiceMark | null): RequestSource {
  const { replyToRefusal } = source;
  const marking =
    (send: SendReply): SendReply =>
    (message, how) =>
      send(message, { ...how, mark });
  return {
    ...source,
    mark,
    reply: marking(source.reply),
    ...(replyToRefusal ? { replyToRefusal: marking(replyToRefusal) } : {}),
  };
}

/** Replies by direct message when Slack no longer takes the reply, so that what was done is not called undone. */
const orDirectly =
  (dependencies: SlackDependencies, source: RequestSource): SendReply =>
  (message, how) =>
    source.reply(message, how).catch((error: unknown) => {
      if (!isTriggerGone(error) && !source.takenUpFrom) throw error;
      return sendDirectMessage(dependencies, source, message);
    });

/** Requests of several rows finish what is left of them. */
const RUNS_AGAIN: ReadonlySet<string> = new Set([
  'invitations/invite',
  'imports/keep',
  'account-batches/preview',
]);

/** What the process that died had already changed for this request, so that nothing is done twice. */
async function earlierChanges(
  { changesOf }: SlackDependencies,
  { serviceId, requestId, takenUpFrom }: RequestIdentity & { serviceId: string },
  actor: SlackActor,
) {
  return takenUpFrom ? changesOf({ serviceId, requestId, by: actorId(actor), from: takenUpFrom }) : [];
}

/** Redraws an outdated card after a click on it, so that the next person sees the current one. */
async function repaintIfStale(
  request: SlackRequest,
  error: unknown,
  card: RequestSource['card'],
): Promise<void> {
  // A failed repaint must not keep the refusal from the person.
  if (error instanceof DomainError) await repaint(request, error, card).catch(() => {});
}

async function repaint(
  { context, client }: SlackRequest,
  error: DomainError,
  card: RequestSource['card'],
): Promise<void> {
  const { code, detail } = error;
  // Deleting a subscription deleted the rows of its cards too, so only the clicked card can be found.
  if (code === 'subscription_not_found' && card) await client.chat.update({ ...card, ...goneCard() });
  if (!detail.id) return;
  if (code === 'drift_changed' || code === 'drift_ended')
    await repaintDriftCards(context, { driftId: detail.id });
  if (code === 'account_changed') await repaintCards(context, { accountId: detail.id });
  if (code === 'subscription_changed' || code === 'subscription_state_unfitting')
    await repaintSubscriptionCards(context, { subscriptionId: detail.id });
}

export function createRequest(
  dependencies: SlackDependencies,
  service: Served,
  actor: SlackActor,
  source: Pick<RequestSource, 'trigger' | 'reply'> &
    Partial<RequestIdentity & Pick<RequestSource, 'channel'> & Pick<SlackRequest, 'doneBefore'>>,
): SlackRequest {
  const { services } = dependencies;
  const client = markingClient(dependencies.client, markOf(services, service));
  const context = service.contextOf(actor, source.requestId);
  let role: ReturnType<SlackRequest['role']> | null = null;
  const request: SlackRequest = {
    actor,
    context,
    services,
    channel: source.channel ?? null,
    client,
    role: () => {
      role ??= showOwnRole(context, {});
      return role;
    },
    doneBefore: source.doneBefore ?? new Set(),
    reply: source.reply,
    openModal: (make) =>
      openModalWhenReady(client, source.trigger, make, (error) =>
        describeError(dependencies, request, error),
      ),
  };
  return request;
}

async function describeError(
  dependencies: SlackDependencies,
  request: SlackRequest | null,
  error: unknown,
): Promise<Message> {
  if (error instanceof WaitsForApproval) return waitingMessage(error);
  if (error instanceof DomainError) {
    const isForMember = error.code === 'not_permitted' && request?.actor.membership === 'member';
    const ask = isForMember ? await adminsToAsk(request).catch(() => null) : null;
    const role = (await request?.role().catch(() => null)) ?? null;
    return errorMessage(error, request?.actor.membership ?? 'member', ask, role);
  }
  const reference = crypto.randomUUID().slice(0, 8);
  dependencies.log.error({ err: error, reference }, 'a request from Slack failed');
  // With a request the handler has begun, and may have finished although Slack did not take the reply.
  const soFar = request
    ? '. Your request may or may not have been done: check before you try again'
    : ', and nothing changed';
  const what = databaseOutageIn(error)?.words ?? 'Something went wrong on our side';
  return {
    text: `${what}${soFar}. If this continues, give the person who runs this app the reference \`${reference}\`.`,
  };
}

async function replyTooLate(dependencies: SlackDependencies, source: RequestSource): Promise<void> {
  if (source.tooLate) return source.reply(source.tooLate);
  await sendDirectMessage(dependencies, source, tooLate());
}

export async function sendDirectMessage(
  { client }: Pick<SlackDependencies, 'client'>,
  { userId, mark = null }: Pick<RequestSource, 'userId' | 'mark'>,
  message: Message,
): Promise<void> {
  const { channel } = await client.conversations.open({ users: userId });
  if (channel?.id) await client.chat.postMessage({ channel: channel.id, ...markMessage(message, mark) });
}

/** For a modal that Slack no longer opens, because its trigger is older than three seconds. */
export function tooLate(blocksOf?: (text: string) => Message['blocks']): Message {
  const text =
    "That took longer than Slack allows, so the window didn't open and nothing changed. Please try again.";
  const blocks = blocksOf?.(text);
  return { text, ...(blocks ? { blocks } : {}) };
}
