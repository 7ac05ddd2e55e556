// Who lives in the local workspace. The names say the role, so that nobody has to look it up.
import type { Channel, Person } from '../shapes.ts';

export const TEAM = { id: 'T0PLAYGRND', name: 'Playground', domain: 'playground' };
export const APP = {
  id: 'A0APIMUSER',
  name: 'apim-user',
  command: '/apim-user',
  botUserId: 'U0APIMUSER',
  botId: 'B0APIMUSER',
};
export const ADMIN = 'U0ADAADMIN';
export const APPROVER = 'U0AMIRAPPR';
export const NOBODY = 'U0NOORNOBO';
export const APPROVALS = 'C0APPROVAL';
export const GENERAL = 'C0GENERAL0';
export const SLACKBOT = 'USLACKBOT';

/** Fills in what is ordinary about a person: of this team, not a guest, not a bot. */
export function person(id: string, name: string, realName: string, rest: Partial<Person> = {}): Person {
  return {
    id,
    name,
    realName,
    email: `${name}@playground.example`,
    teamId: TEAM.id,
    title: '',
    isBot: false,
    isRestricted: false,
    isUltraRestricted: false,
    isDeactivated: false,
    ...rest,
  };
}

export function firstPeople(): Person[] {
  return [
    person(ADMIN, 'ada', 'Ada Admin', { title: 'runs the API programme' }),
    person(APPROVER, 'amir', 'Amir Approver', { title: 'may block and activate' }),
    person(NOBODY, 'noor', 'Noor Nobody', { title: 'has no role here' }),
    person(APP.botUserId, 'apim-user', 'apim-user', { isBot: true, email: '' }),
    person(SLACKBOT, 'slackbot', 'Slackbot', { isBot: true, email: '' }),
  ];
}

/** The direct message of a person with the app. Its id is made from theirs, so that it outlives a restart. */
export const directMessageId = (user: string): string => `D${user.slice(1)}`;

export function directMessage(user: string): Channel {
  return {
    id: directMessageId(user),
    name: user,
    kind: 'im',
    members: [user, APP.botUserId],
    isArchived: false,
    isExtShared: false,
  };
}

export function firstChannels(): Channel[] {
  const channel = (id: string, name: string, kind: Channel['kind'], members: string[]): Channel => ({
    id,
    name,
    kind,
    members,
    isArchived: false,
    isExtShared: false,
  });
  return [
    channel(APPROVALS, 'approvals', 'private', [ADMIN, APPROVER, APP.botUserId]),
    channel(GENERAL, 'general', 'public', [ADMIN, APPROVER, NOBODY]),
    ...[ADMIN, APPROVER, NOBODY].map(directMessage),
  ];
}
