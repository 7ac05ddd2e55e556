import type { App, EventFromType } from '@slack/bolt';
import { publishHome } from '../features/home.ts';
import { importOfMessage } from '../features/import-file.ts';
import { EVENTS, type EventName } from '../manifest.ts';
import type { Deliver } from './delivery.ts';
import type { SlackDependencies } from './dispatcher.ts';
import { membershipIn } from './people.ts';

export function registerEvents(app: App, dependencies: SlackDependencies, deliver: Deliver): void {
  const handlers = createEventHandlers(dependencies);
  for (const name of EVENTS) {
    app.event(typeOfEvent(name), async ({ event, body }) => {
      const work = handlers[name](event as never);
      // Slack repeats an event, each time with a new signature, until the app acknowledges it in time.
      if (work)
        deliver({ receiptId: body.event_id, at: performance.now(), acknowledge: async () => {}, work });
    });
  }
}

/** The app subscribes to `message.im`, and Slack sends the event as `message`. */
const typeOfEvent = <Name extends EventName>(name: Name) => name.split('.')[0] as EventType<Name>;
type EventType<Name extends string> = Name extends `${infer Type}.${string}` ? Type : Name;

type Work = () => Promise<void>;
/** Null for the many events that need no work, and so no receipt. */
type EventHandlers = {
  [Name in EventName]: (event: EventFromType<EventType<Name>>) => Work | null;
};

function createEventHandlers(dependencies: SlackDependencies): EventHandlers {
  const { people, teamId, onPersonGone, onRevoked } = dependencies;
  return {
    // Slack sends it for the app's message tab too.
    app_home_opened: (event) =>
      event.tab === undefined || event.tab === 'home' ? () => publishHome(dependencies, event.user) : null,
    'message.im': (event) => importOfMessage(dependencies, event),
    user_change: (event) => async () => {
      people.forget(event.user.id);
      if (membershipIn(event.user, teamId) !== 'member') await onPersonGone(teamId, event.user.id);
    },
    app_uninstalled: () => () => onRevoked(teamId, 'app_uninstalled'),
    tokens_revoked: () => () => onRevoked(teamId, 'tokens_revoked'),
  };
}
