// When a comparison with Azure goes on, and in which order it reads.
import type { AzureInstanceRow } from '../../db/azure/instances.ts';
import { MIRRORED_KINDS, type MirroredKind } from '../../domain/azure-mirror.ts';
import { minutesAfter } from '../frame/outbox.ts';

/** Between the end of a comparison and the beginning of the next. */
const PAUSE_MINUTES = 10;
/** After the first comparison no more than a page a second is read: Azure's limits are there for other programs too. */
const PAGE_EVERY_MS = 1_000;

export type Phase = NonNullable<AzureInstanceRow['phase']>;

const PHASES: readonly Phase[] = [...MIRRORED_KINDS, 'missing'];

/** Null after the last. */
export const phaseAfter = (phase: Phase): Phase | null => PHASES[PHASES.indexOf(phase) + 1] ?? null;

type Schedule = Pick<
  AzureInstanceRow,
  'phase' | 'leasedUntil' | 'holdUntil' | 'passEndedAt' | 'firstPassEndedAt'
>;

/** Whether a page may be read now. */
export const isPullDue = (row: Schedule, now: Date): boolean =>
  [row.leasedUntil, row.holdUntil, row.phase === null ? pauseEndOf(row) : null].every(
    (at) => !at || at <= now,
  );

/** When the next page is to be read, once the present one is settled. */
export function nextPullAt(row: Schedule, now: Date): Date {
  const [paused] = [row.leasedUntil, row.holdUntil].filter((at) => at !== null && at > now);
  if (paused) return paused;
  if (row.phase === null) return pauseEndOf(row) ?? now;
  return row.firstPassEndedAt === null ? now : new Date(now.getTime() + PAGE_EVERY_MS);
}

const pauseEndOf = ({ passEndedAt }: Schedule): Date | null =>
  passEndedAt && minutesAfter(passEndedAt, PAUSE_MINUTES);

/** The last thing that was looked for, of those that a comparison did not see. */
export const writeCursorOfUnseen = (last: { kind: MirroredKind; id: string }): string =>
  JSON.stringify([last.kind, last.id]);

export function readCursorOfUnseen(cursor: string | null): { kind: MirroredKind; id: string } | null {
  if (cursor === null) return null;
  const [kind, id] = JSON.parse(cursor) as [MirroredKind, string];
  return { kind, id };
}
