// Monday's digest: a line for each thing that there is, and a button that lists it.
import type { KnownBlock } from '@slack/types';
import type { Digest } from '../../operations/digests/show.ts';
import { countText } from '../frame/pages.ts';
import { actions, button, context, header, type Message, section } from './blocks.ts';

type Line = {
  of: Exclude<keyof Digest, 'isOn'>;
  /** After the number. */
  one: string;
  more: string;
  /** The button that lists them, and its value. */
  opens: [button: string, value: string];
};

const HAPPENED: Line[] = [
  { of: 'newAccounts', one: 'new account', more: 'new accounts', opens: ['menu-list', '-'] },
  {
    of: 'newlyBlocked',
    one: 'account was blocked, and still is',
    more: 'accounts were blocked, and still are',
    opens: ['menu-list', 'state:blocked'],
  },
];

const TO_DO: Line[] = [
  {
    of: 'waitingAccounts',
    one: 'account has waited for more than 3 days to be activated',
    more: 'accounts have waited for more than 3 days to be activated',
    opens: ['menu-list', 'state:pending'],
  },
  {
    of: 'waitingSubscriptions',
    one: 'subscription has waited for more than 3 days for approval',
    more: 'subscriptions have waited for more than 3 days for approval',
    opens: ['menu-subscriptions', 'waiting'],
  },
  {
    of: 'undelivered',
    one: 'open invitation bounced, or could not be sent',
    more: 'open invitations bounced, or could not be sent',
    opens: ['menu-invites', 'undelivered'],
  },
  {
    of: 'limited',
    one: 'subscription is at its limits: its quota is used up, or it went over its rate since yesterday',
    more: 'subscriptions are at their limits: a quota is used up, or they went over their rate since yesterday',
    opens: ['menu-subscriptions', 'limited'],
  },
  {
    of: 'nearQuota',
    one: 'subscription used most of its quota',
    more: 'subscriptions used most of their quota',
    opens: ['menu-subscriptions', 'near'],
  },
  {
    of: 'keysEnding',
    one: 'subscription has a key that ends within 30 days',
    more: 'subscriptions have a key that ends within 30 days',
    opens: ['menu-subscriptions', 'ending'],
  },
  {
    of: 'idle',
    one: 'active account had no sign-in and no call for 90 days',
    more: 'active accounts had no sign-in and no call for 90 days',
    opens: ['menu-list', 'state:active idle:90d'],
  },
];

/** One screen: what is zero is left out. */
export function digestMessage(digest: Digest): Message {
  const lines = (of: Line[]) =>
    of.filter((line) => digest[line.of] > 0).map((line) => lineBlock(digest, line));
  const happened = lines(HAPPENED);
  const toDo = lines(TO_DO);
  return {
    text: 'Developer accounts: the last 7 days',
    blocks: [
      header('The last 7 days'),
      ...(happened.length ? happened : [section('No account came, and none was blocked.')]),
      ...(toDo.length ? [section('*Worth a look*'), ...toDo] : [section('Nothing waits for you.')]),
      context(`${digest.blocked.toLocaleString('en')} blocked in all. This message comes each Monday.`),
      actions([turnOff()]),
    ],
  };
}

function lineBlock(digest: Digest, { of, one, more, opens: [name, value] }: Line): KnownBlock {
  const count = digest[of];
  const text = `*${countText(count)}* ${count === 1 ? one : more}`;
  return { ...section(text), accessory: button(`${name}:${of}`, 'Show', value, { label: `Show: ${more}` }) };
}

const turnOff = () => button('digest-off', 'Turn off', '-', { label: "Turn off Monday's digest" });
const turnOn = () => button('digest-on', 'Turn on', '-', { label: "Turn on Monday's digest" });

const state = (isOn: boolean) =>
  `*Monday's digest:* ${isOn ? 'on. It is posted where approvals are.' : 'off.'}`;

/** Whether it comes, with the button that changes that. */
export const digestSwitch = (isOn: boolean, text = state(isOn)): KnownBlock => ({
  ...section(text),
  accessory: isOn ? turnOff() : turnOn(),
});
