// Invents people. The same seed and number always give the same person.
import { createHash } from 'node:crypto';
import { type SampleSubscription, sampleSubscriptions } from './catalog.ts';
import { PEOPLE_WITH_HARD_NAMES } from './hard-names.ts';

const FIRST_NAMES =
  `Abena Aiko Alba Amadou Anselm Aoife Aylin Baptiste Beatrix Benno Caspian Chiara Clementine Cosima Dario Delphine
Edda Eitan Elowen Emre Esme Farid Faye Fergus Fiora Galina Giorgio Greta Hamza Henrike Hugo Ilse Imani Ines Isolde Ivo
Jarek Joona Juno Kaveh Kerensa Kofi Lale Leander Linnea Lorcan Lucio Maeve Malin Marisol Mateo Mirela Nadim Niamh Nils
Odette Olamide Orla Otis Paloma Per Petra Quentin Rafaela Ravi Roswitha Rufus Saoirse Selma Silvan Sunniva Tadeo Tamsin
Thandi Thea Tobias Ulrika Umberto Valeria Vikram Wanda Wilhelmina Wren Xiomara Yara Yusuf Zelda Zoltan`.split(
    /\s+/,
  );
const LAST_NAMES =
  `Amberfield Applegarth Ashdrake Barrowmere Bellweather Birkenquell Brandywater Brightwell Castelmarino Cloverdell
Copperwick Dunmarrow Eiderstone Everwick Fairchime Fennimore Feuerlilie Foxglove Gablestone Glimmerholt Goldfinchley
Greywether Halvorsund Hartleap Hazelrigg Hollowbrook Inkpenny Ivorybank Juniperhall Karamelli Kestrelby Kirschgarten
Lanternway Larkspur Lindqvarn Loamfield Marchwarden Meadowlark Merriwind Mondschein Montefiorito Nettlecombe Nightingrove
Northgale Oakenshade Okonjaro Orangewood Papertree Pennyfeather Pinecastle Quillfeather Quincebury Ravenscroft-Moor
Rosenquarz Saltmarsh Sandpiper Silberdistel Sommerwind Starkweather Stonebridge Summerhay Sunderleaf Tallowmere
Thistlewood Tumbledown Umberfold Valdelluna Velvetine Violetta Wetherspoon Whistledown Wildermeer Willowherb Winterbourne
Wolkenstein Woolgather Wrenfield Yarrowby Zephyrine Zitronella`.split(/\s+/);
const COMPANIES =
  `example.com amberline-bank.example blue-kettle.example cloudberry-rail.example foxglove-health.example
harbourlight.example juniper-post.example lantern-freight.example moonmill.example paperboat-air.example
quincetree.example sandpiper-energy.example tinplate-games.example velvet-insurance.example`.split(/\s+/);
const NOTES = [
  'Came from the spring conference',
  'Wants a higher quota once in production',
  'Integrates through a partner',
  'Asked for an invoice address in Lisbon',
];
const REASONS = [
  'invoice overdue since the summer',
  'key found in a public repository',
  'traffic from an address that is not theirs',
  'left the company, as their colleague wrote',
  'asked for a pause until the audit is over',
  'more than ten times the agreed calls a day',
  'terms of use not signed yet',
  'two people shared one account',
];
const PERSONAL_LINES = ['We met at the partner day.', 'Here is the access that you asked for.', ''];

export const GROUPS = [
  { name: 'Partners', description: 'Companies with a contract' },
  { name: 'Early access', description: 'See new APIs first' },
  { name: 'Trial', description: 'Thirty days, then a decision' },
  { name: 'Internal', description: 'Our own teams' },
] as const;

/** Repeats every 25 developers, so that a small number has every state as well. */
const STATES_BY_NUMBER = {
  2: 'blocked',
  5: 'pending',
  8: 'deleted',
  11: 'blocked for a while',
  14: 'invited',
  17: 'invitation expired',
  20: 'deletion requested',
} as const;
const CYCLE_LENGTH = 25;
const MAX_WAITING_DELETIONS = 2;

export type SampleState = 'active' | (typeof STATES_BY_NUMBER)[keyof typeof STATES_BY_NUMBER];
export type SampleDeveloper = {
  email: string;
  firstName: string;
  lastName: string;
  note: string;
  personalLine: string;
  groups: string[];
  state: SampleState;
  /** Why the account is blocked or deleted. */
  reason: string;
  /** The age of the account or the expired invitation. */
  hoursAgo: number;
  subscriptions: SampleSubscription[];
};

export function sampleDeveloper(seed: string, number: number): SampleDeveloper {
  const dice = createHash('sha256').update(`${seed}/${number}`).digest();
  const pick = <T>(list: readonly T[], at: number): T => {
    const chosen = list[dice.readUInt16BE(at * 2) % list.length];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  };
  const state = stateOf(number);
  const hard = PEOPLE_WITH_HARD_NAMES[number];
  const firstName = hard?.firstName ?? pick(FIRST_NAMES, 0);
  const lastName = hard?.lastName ?? pick(LAST_NAMES, 1);
  const local = hard?.local ?? `${firstName}.${lastName}`.toLowerCase();
  return {
    // The number makes equal names different.
    email: `${local}.${number + 1}@${pick(COMPANIES, 2)}`,
    firstName,
    lastName,
    note: dice[6] === undefined || dice[6] % 5 > 0 ? '' : pick(NOTES, 4),
    personalLine: pick(PERSONAL_LINES, 5),
    groups: GROUPS.filter((_, i) => (dice[20 + i] ?? 0) % 6 === 0).map(({ name }) => name),
    state,
    reason: pick(REASONS, 7),
    hoursAgo: hoursAgo(state, dice.readUInt16BE(28) / 65_536),
    subscriptions: sampleSubscriptions(seed, number, state),
  };
}

const OLDEST_HOURS = 540 * 24;

/** Most accounts are recent. Pending ones are at most 40 hours old. */
function hoursAgo(state: SampleState, share: number): number {
  if (state === 'invited') return 0;
  if (state === 'pending') return Math.floor(share * 40);
  return Math.floor(share * share * OLDEST_HOURS);
}

function stateOf(number: number): SampleState {
  const state = STATES_BY_NUMBER[(number % CYCLE_LENGTH) as keyof typeof STATES_BY_NUMBER] ?? 'active';
  return state === 'deletion requested' && number >= CYCLE_LENGTH * MAX_WAITING_DELETIONS ? 'active' : state;
}
