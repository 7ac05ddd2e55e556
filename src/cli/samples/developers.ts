// People who don't exist. The same seed and number always give the same one.
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

/** What becomes of whom, by turns: so that a small number has every kind as well. */
const FATES = {
  2: 'blocked',
  5: 'pending',
  8: 'deleted',
  11: 'blocked for a while',
  14: 'invited',
  17: 'invitation expired',
  20: 'deletion asked for',
} as const;
const TURN = 25;
/** Two requests wait, whatever the number: more would be a queue that nobody leaves standing. */
const MAX_ASKED = 2;

export type Fate = 'active' | (typeof FATES)[keyof typeof FATES];
export type SampleDeveloper = {
  email: string;
  firstName: string;
  lastName: string;
  note: string;
  personalLine: string;
  groups: string[];
  fate: Fate;
  /** Why they are blocked or deleted. */
  reason: string;
  /** Since when they are there, or were sent the invitation that ran out. */
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
  const fate = fateOf(number);
  const hard = PEOPLE_WITH_HARD_NAMES[number];
  const firstName = hard?.firstName ?? pick(FIRST_NAMES, 0);
  const lastName = hard?.lastName ?? pick(LAST_NAMES, 1);
  const local = hard?.local ?? `${firstName}.${lastName}`.toLowerCase();
  return {
    // The number keeps two of the same name apart.
    email: `${local}.${number + 1}@${pick(COMPANIES, 2)}`,
    firstName,
    lastName,
    note: dice[6] === undefined || dice[6] % 5 > 0 ? '' : pick(NOTES, 4),
    personalLine: pick(PERSONAL_LINES, 5),
    groups: GROUPS.filter((_, i) => (dice[20 + i] ?? 0) % 6 === 0).map(({ name }) => name),
    fate,
    reason: pick(REASONS, 7),
    hoursAgo: hoursAgo(fate, dice.readUInt16BE(28) / 65_536),
    subscriptions: sampleSubscriptions(seed, number, fate),
  };
}

const OLDEST_HOURS = 540 * 24;

/** More of them lately than long ago. Whoever waits for an answer has not waited long. */
function hoursAgo(fate: Fate, share: number): number {
  if (fate === 'invited') return 0;
  if (fate === 'pending') return Math.floor(share * 40);
  return Math.floor(share * share * OLDEST_HOURS);
}

function fateOf(number: number): Fate {
  const fate = FATES[(number % TURN) as keyof typeof FATES] ?? 'active';
  return fate === 'deletion asked for' && number >= TURN * MAX_ASKED ? 'active' : fate;
}
