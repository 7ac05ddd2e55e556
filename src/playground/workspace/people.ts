// The people and channels of the local workspace. A person's name says the role.
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

export const firstPeople = (): Person[] => [
  person(ADMIN, 'ada', 'Ada Admin', { title: 'runs the API programme' }),
  person(APPROVER, 'amir', 'Amir Approver', { title: 'may block and activate' }),
  person(NOBODY, 'noor', 'Noor Nobody', { title: 'has no role here' }),
  person(APP.botUserId, 'apim-user', 'apim-user', { isBot: true, email: '' }),
  person(SLACKBOT, 'slackbot', 'Slackbot', { isBot: true, email: '' }),
];

export const firstChannels = (): Channel[] => [
  channel(APPROVALS, 'approvals', { kind: 'private', members: [ADMIN, APPROVER, APP.botUserId] }),
  channel(GENERAL, 'general', { members: [ADMIN, APPROVER, NOBODY] }),
  ...[ADMIN, APPROVER, NOBODY].map(directMessage),
];

/** By default of this team, and neither a guest nor a bot. */
export const person = (id: string, name: string, realName: string, rest: Partial<Person> = {}): Person => ({
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
});

export const channel = (id: string, name: string, rest: Partial<Channel> = {}): Channel => ({
  id,
  name,
  kind: 'public',
  members: [],
  isExtShared: false,
  ...rest,
});

/** The direct message of a person with the app. Its id is made from the person's, so it is the same after a restart. */
export const directMessageId = (user: string): string => `D${user.slice(1)}`;
export const directMessage = (user: string): Channel =>
  channel(directMessageId(user), user, { kind: 'im', members: [user, APP.botUserId] });
