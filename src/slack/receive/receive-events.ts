import type { EventFromType } from '@slack/bolt';
import { answerToMessage, storableMessage } from '../features/direct-message.ts';
import { publishHome } from '../features/home.ts';
import { EVENTS, type EventName } from '../manifest.ts';
import type { Arrival, Deliveries, Delivery } from './delivery.ts';
import type { RequestIdentity, SlackDependencies } from './dispatcher.ts';
import { membershipIn } from './people.ts';
import { markInView } from './service-meant.ts';

type EventBody = { event_id: string; event: { type: string } };

export async function receiveEvent(
  dependencies: SlackDependencies,
  { deliverEvent }: Deliveries,
  arrival: Omit<Arrival, 'body'> & { body: EventBody },
): Promise<void> {
  if (!workFor(dependencies, arrival.body, { requestId: '' })) return arrival.acknowledge();
  // Slack repeats an event, each time with a new signature, until the app acknowledges it in time.
  const { body } = arrival;
  const event = body.event.type === 'message' ? storableMessage(body.event as never) : body.event;
  deliverEvent({ ...arrival, body: { ...body, event }, receiptId: body.event_id });
}

export async function answerEvent(
  dependencies: SlackDependencies,
  body: EventBody,
  delivery: Delivery,
): Promise<void> {
  await workFor(dependencies, body, delivery)?.();
}

type EventType<Name extends string> = Name extends `${infer Type}.${string}` ? Type : Name;

type Work = () => Promise<void>;
/** Null for the many events that need no work, and so no receipt. */
type EventHandlers = {
  [Name in EventName]: (event: EventFromType<EventType<Name>>) => Work | null;
};

/** The app subscribes to `message.im`, and Slack sends the event as `message`. */
function workFor(
  dependencies: SlackDependencies,
  { event }: EventBody,
  delivery: RequestIdentity,
): Work | null {
  const name = EVENTS.find((one) => one.split('.')[0] === event.type);
  return name ? createEventHandlers(dependencies, delivery)[name](event as never) : null;
}

/** The one that the person chose in App Home; null for the default one, also when what Slack has is of no use. */
function serviceOfHome(view: { private_metadata?: string } | undefined): string | null {
  try {
    return markInView(view ?? {});
  } catch {
    return null;
  }
}

function createEventHandlers(dependencies: SlackDependencies, identity: RequestIdentity): EventHandlers {
  const { people, teamId, onPersonGone, onRevoked } = dependencies;
  return {
    // Slack sends it for the app's message tab too.
    app_home_opened: (event) =>
      event.tab === undefined || event.tab === 'home'
        ? () => publishHome(dependencies, event.user, serviceOfHome(event.view))
        : null,
    'message.im': (event) => answerToMessage(dependencies, event, identity),
    user_change: (event) => {
      people.forget(event.user.id);
      // Slack sends it for each new status text too, and that must keep no operator waiting.
      return membershipIn(event.user, teamId) === 'member' ? null : () => onPersonGone(teamId, event.user.id);
    },
    app_uninstalled: () => () => onRevoked(teamId, 'app_uninstalled'),
    tokens_revoked: () => () => onRevoked(teamId, 'tokens_revoked'),
  };
}
