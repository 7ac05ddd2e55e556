// Which fault comes when. The seed alone decides it, so a plan can be repeated.
import { createRandom } from './random.ts';

const KINDS = [
  'kill a process',
  'kill both processes',
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
] as const;
export type FaultKind = (typeof KINDS)[number];
export type Fault = { kind: FaultKind; afterMs: number; forMs: number; process: 0 | 1 };

/** A fault begins when the one before has ended and this much calm has passed. */
const CALM_MS = [2_500, 5_000] as const;
const LENGTH_MS = [500, 4_000] as const;
const MEAN_ROUND_MS = 9_000;

/** Kinds in shuffled packs, so that a short run meets as many as it can. `only` leaves out the others. */
export function makePlan(
  seed: number,
  minutes: number,
  without: readonly FaultKind[],
  only: string | null,
): Fault[] {
  const random = createRandom(seed, 'plan');
  const kinds = KINDS.filter((kind) => !without.includes(kind) && (!only || kind.includes(only)));
  if (kinds.length === 0) throw new Error(`no fault has "${only}" in its name: ${KINDS.join(', ')}`);
  const pack: FaultKind[] = [];
  return Array.from({ length: Math.ceil((minutes * 60_000) / MEAN_ROUND_MS) }, () => {
    if (pack.length === 0) pack.push(...kinds);
    const [kind] = pack.splice(random.between(0, pack.length - 1), 1);
    return {
      kind: kind as FaultKind,
      afterMs: random.between(...CALM_MS),
      forMs: random.between(...LENGTH_MS),
      process: random.pick([0, 1] as const),
    };
  });
}

/** For a run that only kills: whichever process the seed says, again and again. */
export function* makeKills(seed: number): Generator<Fault> {
  const random = createRandom(seed, 'kills');
  for (;;)
    yield {
      kind: random.chance(0.2) ? 'kill both processes' : 'kill a process',
      afterMs: random.between(200, 2_500),
      forMs: 0,
      process: random.pick([0, 1] as const),
    };
}

export const lineOf = ({ kind, afterMs, forMs, process }: Fault, at: number): string =>
  `${String(at + 1).padStart(3)}. after ${afterMs} ms of calm: ${kind}, process ${process + 1}, for ${forMs} ms`;
