// Who is this, in Slack's own eyes? Asked of Slack, and believed for five minutes.
import type { UsersInfoResponse, WebClient } from '@slack/web-api';
import type { Clock, SlackActor, SlackMembership } from '../../operations/frame/context.ts';
import { slackErrorOf } from '../modals/open.ts';

const BELIEVED_MS = 5 * 60_000;
const MAX_REMEMBERED = 5_000;

/** What Slack tells of a person, asked or by an event. */
type SlackUser = Pick<
  NonNullable<UsersInfoResponse['user']>,
  'id' | 'team_id' | 'deleted' | 'is_bot' | 'is_restricted' | 'is_ultra_restricted'
>;

export type SlackPeople = {
  actorOf(userId: string, teamId: string): Promise<SlackActor>;
  /** Slack said that something about this person changed. */
  forget(userId: string): void;
  /** Of anybody in a channel; an app or bot of whatever workspace is a bot. */
  membershipOf(userId: string): Promise<SlackMembership>;
};

export function createPeople(client: WebClient, ownTeamId: string, clock: Clock): SlackPeople {
  const known = new Map<string, { actor: SlackActor; at: number }>();
  const people: SlackPeople = {
    forget: (userId) => void known.delete(userId),
    membershipOf: async (userId) => (await people.actorOf(userId, ownTeamId)).membership,
    async actorOf(userId, teamId) {
      if (teamId !== ownTeamId)
        return { kind: 'slack', teamId, userId, name: userId, membership: 'stranger', email: null };
      const now = clock().getTime();
      const found = known.get(userId);
      if (found && now - found.at < BELIEVED_MS) return found.actor;
      const user = await personAt(client, userId);
      const name = user?.profile?.real_name || user?.real_name || user?.name || userId;
      const membership = membershipIn(user, ownTeamId);
      const actor: SlackActor = {
        kind: 'slack',
        teamId,
        userId,
        name,
        membership,
        email: user?.profile?.email ?? null,
      };
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(userId, { actor, at: now });
      return actor;
    },
  };
  return people;
}

/** How Slack itself sees a person. */
export function membershipIn(user: SlackUser | undefined, ownTeamId: string): SlackMembership {
  if (user?.is_bot || user?.id === 'USLACKBOT') return 'bot';
  if (!user || user.team_id !== ownTeamId) return 'stranger';
  if (user.deleted) return 'deactivated';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}

/** Whom Slack does not know is nobody of ours, which is not the same as Slack not answering. */
async function personAt(client: WebClient, userId: string): Promise<UsersInfoResponse['user']> {
  try {
    return (await client.users.info({ user: userId })).user;
  } catch (error) {
    if (slackErrorOf(error) === 'user_not_found') return undefined;
    throw error;
  }
}
