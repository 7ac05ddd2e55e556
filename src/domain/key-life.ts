// How long the keys of a subscription work.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const KEY_SLOTS = ['primary', 'secondary'] as const;
export type KeySlot = (typeof KEY_SLOTS)[number];

/** A slot has at most one former key: the one that was replaced last, which may go on for a while. */
export const FORMER_SLOTS = { primary: 'former-primary', secondary: 'former-secondary' } as const;
export const HELD_KEY_SLOTS = [...KEY_SLOTS, FORMER_SLOTS.primary, FORMER_SLOTS.secondary] as const;
export type HeldKeySlot = (typeof HELD_KEY_SLOTS)[number];

/** How long a former key may go on. */
export const OVERLAP_HOURS = { min: 1, max: 30 * 24 } as const;
/** What people choose from. */
export const OVERLAPS = [1, 24, 7 * 24, 30 * 24] as const;

export const MAX_KEY_LIFE_DAYS = 3_650;

/** How many days ahead an owner is told of a key's end. */
const WARNING_DAYS = [1, 7, 30] as const;

const MARK_DIGITS = 6;

/** The first digits of a key's hash: they tell the few keys of one subscription apart, and no more. */
export const keyMark = (hash: string): string => hash.slice(0, MARK_DIGITS);

/** What a new key begins with. A warning that would come as soon as the key is made counts as given. */
export function lifeOfKey(days: number | null, now: Date): { endsAt: Date | null; toldDays: number | null } {
  if (days === null) return { endsAt: null, toldDays: null };
  return {
    endsAt: new Date(now.getTime() + days * DAY_MS),
    toldDays: WARNING_DAYS.find((ahead) => ahead >= days) ?? null,
  };
}

/**
 * The warning of a key's end that is due, in days; null for none. Of several that are late only the last one is: it says
 * all that the others would have.
 */
export function dueWarning(
  { endsAt, toldDays }: { endsAt: Date | null; toldDays: number | null },
  now: Date,
): number | null {
  if (!endsAt || endsAt <= now) return null;
  const leftMs = endsAt.getTime() - now.getTime();
  const due = WARNING_DAYS.find((ahead) => leftMs <= ahead * DAY_MS);
  return due !== undefined && (toldDays === null || due < toldDays) ? due : null;
}

/** When a key ends that is replaced now and goes on for some hours: never later than it would have ended. */
export function endOfFormer(endsAt: Date | null, now: Date, hours: number): Date {
  const until = new Date(now.getTime() + hours * HOUR_MS);
  return endsAt && endsAt < until ? endsAt : until;
}
