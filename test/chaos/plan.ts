// Which fault comes when. The seed alone decides it, so a plan can be repeated.
import { createRandom } from './random.ts';

const KINDS = [
  'kill a process',
  'kill both processes',
  'kill an agent',
  'stop an agent',
  'kill a pushed gateway',
  'stop a pushed gateway',
  'reload a pushed gateway',
  'kill an agent and reload its gateway',
  'kill the database',
  'stop the database',
  'terminate connections',
  'cut the way to the database',
  'silence the way to the database',
  'cut the way to the gateway',
  'read-only database',
  'disk full',
  'clock forward',
  'clock back',
  'Slack answers 429',
  'Slack answers 500',
  'Slack does not answer',
  'mail is late',
  'mail is taken, the answer lost',
  'mail is refused with 429',
  'mail is refused with 500',
  'mail is never answered',
  'Azure is away',
  'Azure answers 429',
  'Azure answers 500, and did it',
  'Azure shows what was before',
] as const;
export type FaultKind = (typeof KINDS)[number];
/** Which process, or which pushed gateway and its agent. */
type Which = 0 | 1;
export type Fault = { kind: FaultKind; afterMs: number; forMs: number; which: Which };

/** A fault begins when the one before has ended and this much calm has passed. */
const CALM_MS = [2_500, 5_000] as const;
const LENGTH_MS = [500, 4_000] as const;
const MEAN_ROUND_MS = 9_000;

/** Kinds in shuffled packs, so that a short run meets as many as it can. `only` leaves out the others: words with commas between. */
export function makePlan(
  seed: number,
  minutes: number,
  without: readonly FaultKind[],
  only: string | null,
): Fault[] {
  const random = createRandom(seed, 'plan');
  const wanted = only?.split(',') ?? [''];
  const kinds = KINDS.filter(
    (kind) => !without.includes(kind) && wanted.some((words) => kind.includes(words)),
  );
  if (kinds.length === 0) throw new Error(`no fault has "${only}" in its name: ${KINDS.join(', ')}`);
  const pack: FaultKind[] = [];
  return Array.from({ length: Math.ceil((minutes * 60_000) / MEAN_ROUND_MS) }, () => {
    if (pack.length === 0) pack.push(...kinds);
    const [kind] = pack.splice(random.between(0, pack.length - 1), 1);
    return {
      kind: kind as FaultKind,
      afterMs: random.between(...CALM_MS),
      forMs: random.between(...LENGTH_MS),
      which: random.pick([0, 1] as const),
    };
  });
}

const KILLS = [
  'kill a process',
  'kill a process',
  'kill both processes',
  'kill an agent',
  'kill a pushed gateway',
] as const satisfies FaultKind[];

/** For a run that only kills: whatever the seed says, again and again. */
export function* makeKills(seed: number, without: readonly FaultKind[]): Generator<Fault> {
  const random = createRandom(seed, 'kills');
  const kinds = KILLS.filter((kind) => !without.includes(kind));
  for (;;)
    yield {
      kind: random.pick(kinds),
      afterMs: random.between(200, 2_500),
      forMs: random.chance(0.8) ? 0 : random.between(...LENGTH_MS),
      which: random.pick([0, 1] as const),
    };
}

export const lineOf = ({ kind, afterMs, forMs, which }: Fault, at: number): string =>
  `${String(at + 1).padStart(3)}. after ${afterMs} ms of calm: ${kind} (number ${which + 1}) for ${forMs} ms`;
