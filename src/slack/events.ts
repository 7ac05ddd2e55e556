// What Slack tells without being asked.
import type { EventFromType } from '@slack/bolt';
import { standingIn } from './actor.ts';
import type { Means } from './answering.ts';
import { publishHome } from './home.ts';
import type { EventName } from './manifest.ts';

type EventHandlers = { [Name in EventName]: (event: EventFromType<Name>) => Promise<void> };

export function eventHandlers(means: Means): EventHandlers {
  return {
    // Slack sends it for the app's message tab too.
    app_home_opened: async (event) => {
      if (event.tab === undefined || event.tab === 'home') await publishHome(means, event.user);
    },
    user_change: async (event) => {
      means.people.forget(event.user.id);
      if (standingIn(event.user, means.teamId) !== 'member')
        await means.onPersonGone(means.teamId, event.user.id);
    },
    app_uninstalled: () => means.onRevoked(means.teamId, 'app_uninstalled'),
    tokens_revoked: () => means.onRevoked(means.teamId, 'tokens_revoked'),
  };
}
