// The rules of the mirror: for each field of a thing that is both here and in Azure, which side gives way, and when a
// person is asked. Pure: it knows fingerprints of values, not the values.

/** In this order each record comes after those that it refers to. */
export const MIRRORED_KINDS = [
  'group',
  'api',
  'product',
  'account',
  'subscription',
  'template',
  'notification',
] as const;
export type MirroredKind = (typeof MIRRORED_KINDS)[number];

/** The mirror acts under this name: in the history, and as who put an account or a subscription into its state. */
export const MIRROR_NAME = 'azure';

export type Side = 'ours' | 'azure';

/** Whether the thing is there at all, as one more field. Its fingerprints are `yes` and `no`. */
export const EXISTS = 'exists';

/** What is remembered of a thing, by field. Fingerprints only. */
export type ThingMemory = {
  /** On which both sides agreed last. */
  agreed: Record<string, string>;
  /** Who made it so. A field of which nothing is known was made by Azure, which was there before. */
  decidedBy: Record<string, Side>;
  /** Differences that an operator left alone. They are shown again when either side changes. */
  left: Record<string, { ours: string; theirs: string }>;
  /** What could not be taken in, because a rule here refuses it. Tried again when either side changes. */
  refused: Record<string, { ours: string; theirs: string }>;
  /** Which side changed it last, the newest last: only changes of side, each with its time in ms. */
  turns: Record<string, { side: Side; at: number }[]>;
  /** The ETag that our last write ended with. A read that shows it is not from before that write. */
  etag?: string | null;
};

export const EMPTY_MEMORY: ThingMemory = { agreed: {}, decidedBy: {}, left: {}, refused: {}, turns: {} };

/**
 * - `agree`: both sides have the same; remember it.
 * - `write`: only we changed it: an order for Azure.
 * - `take`: only Azure changed it, and Azure decided it last: take it in.
 * - `ask`: a person decides.
 * - `left`: a person left this difference alone.
 * - `wait`: what was read may be from before our last write: look again later.
 */
export type Verdict = 'agree' | 'write' | 'take' | 'ask' | 'left' | 'wait';

/** Azure's reads may show for so long what was there before a write. */
const READS_LAG_MS = 120_000;
const FIGHT_TURNS = 3;
const FIGHT_MS = 3_600_000;

export type Comparison = {
  memory: ThingMemory;
  /** Field → fingerprint; null: it isn't there. */
  ours: Record<string, string> | null;
  theirs: Record<string, string> | null;
  /** Whether `theirs` was asked for when our last write was safely over, see `isSettledRead`. */
  isSettled: boolean;
  now: number;
};

/** Whether a read that was asked for then can't be from before our last write of the thing. */
export const isSettledRead = (askedAt: Date, writtenAt: Date | null, lagMs = READS_LAG_MS): boolean =>
  writtenAt === null || askedAt.getTime() - writtenAt.getTime() >= lagMs;

/** The verdict of each field; of a thing that one side lacks, `exists` alone. */
export function compareThing(comparison: Comparison): Record<string, Verdict> {
  const { memory, ours, theirs, isSettled, now } = comparison;
  const fields = ours && theirs ? Object.keys(ours).filter((field) => field in theirs) : [];
  const values = (field: string) => ({ ours: ours?.[field] ?? '', theirs: theirs?.[field] ?? '' });
  const exists = { ours: ours ? 'yes' : 'no', theirs: theirs ? 'yes' : 'no' };
  const verdicts = [
    [EXISTS, decide(memory, EXISTS, exists, isSettled, now)] as const,
    ...fields.map((field) => [field, decide(memory, field, values(field), isSettled, now)] as const),
  ];
  const byField: Record<string, Verdict> = Object.fromEntries(verdicts);
  // Deleted here, while it was changed there: that change would be lost.
  if (byField[EXISTS] === 'write' && theirs && isChangedThere(memory, theirs))
    byField[EXISTS] = isSettled ? 'ask' : 'wait';
  return byField;
}

const isChangedThere = ({ agreed }: ThingMemory, theirs: Record<string, string>): boolean =>
  Object.entries(theirs).some(([field, value]) => agreed[field] !== undefined && agreed[field] !== value);

function decide(
  memory: ThingMemory,
  field: string,
  { ours, theirs }: { ours: string; theirs: string },
  isSettled: boolean,
  now: number,
): Verdict {
  // Soon after a write of ours, what was read may be older than that and only look like what we want now.
  if (ours === theirs) return isSettled || (memory.agreed[field] ?? ours) === ours ? 'agree' : 'wait';
  const isAt = (at?: { ours: string; theirs: string }) => at?.ours === ours && at.theirs === theirs;
  if (isAt(memory.left[field])) return 'left';
  const verdict = decideDifference(memory, field, { ours, theirs });
  if (verdict !== 'write' && !isSettled) return 'wait';
  if (verdict === 'take' && isAt(memory.refused[field])) return 'ask';
  return isFight(memory, field, now) ? 'ask' : verdict;
}

function decideDifference(
  { agreed, decidedBy }: ThingMemory,
  field: string,
  { ours, theirs }: { ours: string; theirs: string },
): Verdict {
  const before = agreed[field];
  if (before === undefined) {
    if (field !== EXISTS) return 'ask';
    return theirs === 'yes' ? 'take' : 'write';
  }
  if (before === theirs) return 'write';
  if (before !== ours) return 'ask';
  // What disappears there is asked about: taking it in would delete it here.
  const decider = decidedBy[field] ?? (field === EXISTS ? 'ours' : 'azure');
  return decider === 'azure' ? 'take' : 'ask';
}

/** The memory after both sides have this value, because `by` has the say; `by` is null when they happen to be equal. */
export function agreeOn(memory: ThingMemory, field: string, value: string, by: Side | null): ThingMemory {
  const { [field]: _, ...left } = memory.left;
  return {
    ...memory,
    agreed: { ...memory.agreed, [field]: value },
    decidedBy: by ? { ...memory.decidedBy, [field]: by } : memory.decidedBy,
    left,
  };
}

/** The memory after it was seen which side changed which field since both agreed. */
export function noteTurns({ memory, ours, theirs, isSettled, now }: Comparison): ThingMemory {
  if (!isSettled) return memory;
  const fields = Object.keys(memory.agreed);
  return fields.reduce((before, field) => {
    const [here, there] = [valueAt(ours, field), valueAt(theirs, field)];
    if (here === there || here === undefined || there === undefined) return before;
    if (memory.agreed[field] === here) return noteTurn(before, field, 'azure', now);
    return memory.agreed[field] === there ? noteTurn(before, field, 'ours', now) : before;
  }, memory);
}

const valueAt = (values: Record<string, string> | null, field: string): string | undefined =>
  field === EXISTS ? (values ? 'yes' : 'no') : values?.[field];

function noteTurn(memory: ThingMemory, field: string, side: Side, now: number): ThingMemory {
  const before = memory.turns[field] ?? [];
  if (before.at(-1)?.side === side) return memory;
  return {
    ...memory,
    turns: { ...memory.turns, [field]: [...before, { side, at: now }].slice(-FIGHT_TURNS) },
  };
}

/** Whether the sides changed a field against each other three times within an hour. A decision ends it. */
export function isFight({ turns }: ThingMemory, field: string, now: number): boolean {
  const recent = (turns[field] ?? []).filter(({ at }) => now - at < FIGHT_MS);
  return recent.length >= FIGHT_TURNS;
}

/** The memory after a rule here refused what Azure has. */
export const noteRefusal = (
  memory: ThingMemory,
  field: string,
  at: { ours: string; theirs: string },
): ThingMemory => ({ ...memory, refused: { ...memory.refused, [field]: at } });

export type Decision = 'take' | 'keep' | 'leave';

/** The memory after a person decided a difference: the next comparison does the rest. */
export function rememberDecision(
  memory: ThingMemory,
  { field, ours, theirs }: { field: string; ours: string; theirs: string },
  decision: Decision,
): ThingMemory {
  const { [field]: _turns, ...turns } = memory.turns;
  const { [field]: _refused, ...refused } = memory.refused;
  const calm = { ...memory, turns, refused };
  if (decision === 'leave') return { ...calm, left: { ...memory.left, [field]: { ours, theirs } } };
  return decision === 'take' ? agreeOn(calm, field, ours, 'azure') : agreeOn(calm, field, theirs, 'ours');
}
