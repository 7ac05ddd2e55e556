import type { EventFromType, ReceiverEvent } from '@slack/bolt';
import { publishHome } from '../features/home.ts';
import { importOfMessage } from '../features/import-file.ts';
import { EVENTS, type EventName } from '../manifest.ts';
import type { Deliveries, Delivery } from './delivery.ts';
import type { RequestIdentity, SlackDependencies } from './dispatcher.ts';
import { membershipIn } from './people.ts';

type EventBody = { event_id: string; event: { type: string } };

export const isEvent = (body: object): body is EventBody => 'type' in body && body.type === 'event_callback';

/** Bolt would acknowledge an event before any listener of ours could store it, so events don't go through Bolt. */
export async function receiveEvent(
  dependencies: SlackDependencies,
  { deliverEvent }: Deliveries,
  { body, ack }: ReceiverEvent,
): Promise<void> {
  const event = body as EventBody;
  if (!workFor(dependencies, event, { requestId: '' })) return ack();
  // Slack repeats an event, each time with a new signature, until the app acknowledges it in time.
  deliverEvent({ kind: 'event', body: event, receiptId: event.event_id, acknowledge: ack });
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

function createEventHandlers(dependencies: SlackDependencies, identity: RequestIdentity): EventHandlers {
  const { people, teamId, onPersonGone, onRevoked } = dependencies;
  return {
    // Slack sends it for the app's message tab too.
    app_home_opened: (event) =>
      event.tab === undefined || event.tab === 'home' ? () => publishHome(dependencies, event.user) : null,
    'message.im': (event) => importOfMessage(dependencies, event, identity),
    user_change: (event) => async () => {
      people.forget(event.user.id);
      if (membershipIn(event.user, teamId) !== 'member') await onPersonGone(teamId, event.user.id);
    },
    app_uninstalled: () => () => onRevoked(teamId, 'app_uninstalled'),
    tokens_revoked: () => () => onRevoked(teamId, 'tokens_revoked'),
  };
}
