// Who is this, in Slack's own eyes? Asked of Slack, and believed for five minutes.
import type { UsersInfoResponse, WebClient } from '@slack/web-api';
import type { Actor, Clock, Standing } from '../operations/context.ts';

const BELIEVED_MS = 5 * 60_000;
const MAX_REMEMBERED = 5_000;

export type SlackActor = Extract<Actor, { kind: 'slack' }>;
export type People = {
  actorOf(userId: string, teamId: string): Promise<SlackActor>;
  /** Slack said that something about this person changed. */
  forget(userId: string): void;
  emailOf(userId: string): Promise<string | null>;
  /** Of anybody in a channel; an app or bot of whatever workspace is a bot. */
  standingOf(userId: string): Promise<Standing>;
};

export function createPeople(client: WebClient, ownTeamId: string, clock: Clock): People {
  const known = new Map<string, { actor: SlackActor; at: number }>();
  const people: People = {
    forget: (userId) => void known.delete(userId),
    async emailOf(userId) {
      const { user } = await client.users.info({ user: userId });
      return user?.profile?.email ?? null;
    },
    standingOf: async (userId) => (await people.actorOf(userId, ownTeamId)).standing,
    async actorOf(userId, teamId) {
      if (teamId !== ownTeamId) return { kind: 'slack', teamId, userId, name: userId, standing: 'stranger' };
      const now = clock().getTime();
      const found = known.get(userId);
      if (found && now - found.at < BELIEVED_MS) return found.actor;
      const { user } = await client.users.info({ user: userId });
      const name = user?.profile?.real_name || user?.real_name || user?.name || userId;
      const standing = standingIn(user, ownTeamId);
      const actor: SlackActor = { kind: 'slack', teamId, userId, name, standing };
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(userId, { actor, at: now });
      return actor;
    },
  };
  return people;
}

function standingIn(user: UsersInfoResponse['user'], ownTeamId: string): Standing {
  if (user?.is_bot || user?.id === 'USLACKBOT') return 'bot';
  if (!user || user.team_id !== ownTeamId) return 'stranger';
  if (user.deleted) return 'deactivated';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}
