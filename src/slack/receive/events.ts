// What Slack tells without being asked.
import type { EventFromType } from '@slack/bolt';
import { publishHome } from '../features/home.ts';
import { workOfMessage } from '../features/table-message.ts';
import type { EventName } from '../manifest.ts';
import { standingIn } from './actor.ts';
import type { Means } from './dispatch.ts';

/** What it is called when it comes: `message.im` is how `message` is subscribed to. */
export const typeOfEvent = <Name extends EventName>(name: Name) => name.split('.')[0] as EventType<Name>;
type EventType<Name extends string> = Name extends `${infer Type}.${string}` ? Type : Name;

type Work = () => Promise<void>;
/** Most of what Slack tells is nothing to us, and takes no receipt. */
type EventHandlers = {
  [Name in EventName]: (event: EventFromType<EventType<Name>>) => Work | null;
};

export function eventHandlers(means: Means): EventHandlers {
  return {
    // Slack sends it for the app's message tab too.
    app_home_opened: (event) =>
      event.tab === undefined || event.tab === 'home' ? () => publishHome(means, event.user) : null,
    'message.im': (event) => workOfMessage(means, event),
    user_change: (event) => async () => {
      means.people.forget(event.user.id);
      if (standingIn(event.user, means.teamId) !== 'member')
        await means.onPersonGone(means.teamId, event.user.id);
    },
    app_uninstalled: () => () => means.onRevoked(means.teamId, 'app_uninstalled'),
    tokens_revoked: () => () => means.onRevoked(means.teamId, 'tokens_revoked'),
  };
}
