// Asks Slack who a person is, and remembers the answer for five minutes.
import type { UsersInfoResponse, WebClient } from '@slack/web-api';
import type { Clock, People, SlackActor, SlackMembership } from '../../operations/frame/context.ts';
import { slackErrorOf } from '../frame/slack-error.ts';

const REMEMBERED_MS = 5 * 60_000;
const MAX_REMEMBERED = 5_000;

/** The part of a user that both `users.info` and the event `user_change` have. */
type SlackUser = Pick<
  NonNullable<UsersInfoResponse['user']>,
  'id' | 'team_id' | 'deleted' | 'is_bot' | 'is_restricted' | 'is_ultra_restricted'
>;

export type SlackPeople = People & {
  /** Call it when Slack reports that the person changed. */
  forget(userId: string): void;
  /** For any member of a channel. Apps and bots of every workspace are bots. */
  membershipOf(userId: string): Promise<SlackMembership>;
};

export function createPeople(client: WebClient, ownTeamId: string, clock: Clock): SlackPeople {
  const known = new Map<string, { actor: SlackActor; at: number }>();
  const people: SlackPeople = {
    forget: (userId) => void known.delete(userId),
    membershipOf: async (userId) => (await people.actorOf(userId, ownTeamId)).membership,
    async actorOf(userId, teamId, { askAgain } = {}) {
      if (teamId !== ownTeamId)
        return { kind: 'slack', teamId, userId, name: userId, membership: 'stranger', email: null };
      const now = clock().getTime();
      const found = askAgain ? undefined : known.get(userId);
      if (found && now - found.at < REMEMBERED_MS) return found.actor;
      const user = await fetchUser(client, userId);
      const name = user?.profile?.real_name || user?.real_name || user?.name || userId;
      const membership = membershipIn(user, ownTeamId);
      const actor: SlackActor = {
        kind: 'slack',
        teamId,
        userId,
        name,
        membership,
        email: user?.profile?.email ?? null,
        ...(user?.tz ? { timeZone: user.tz } : {}),
      };
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(userId, { actor, at: now });
      return actor;
    },
  };
  return people;
}

export function membershipIn(user: SlackUser | undefined, ownTeamId: string): SlackMembership {
  if (user?.is_bot || user?.id === 'USLACKBOT') return 'bot';
  if (!user || user.team_id !== ownTeamId) return 'stranger';
  if (user.deleted) return 'deactivated';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}

/** The workspace of the person: in a shared channel it can differ from the workspace of the message. */
export function teamOf(
  { teamId: own }: { teamId: string },
  { team, user }: { team?: { id: string } | null; user: object },
): string {
  const home = 'team_id' in user && typeof user.team_id === 'string' ? user.team_id : own;
  return home === own ? (team?.id ?? '') : home;
}

/** Undefined when Slack does not know the person. Throws when Slack does not answer. */
async function fetchUser(client: WebClient, userId: string): Promise<UsersInfoResponse['user']> {
  try {
    return (await client.users.info({ user: userId })).user;
  } catch (error) {
    if (slackErrorOf(error) === 'user_not_found') return undefined;
    throw error;
  }
}
