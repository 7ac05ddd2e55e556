// A difference with Azure as people see it: the thing, both values, why a person is asked, and how it ended.
import type { ListedDrift } from '../../db/azure/decisions.ts';
import type { Act } from '../frame/context.ts';
import { openShownDrift, type ShownDrift } from './drifts.ts';
import { namesOf } from './our-names.ts';

export type DriftView = Omit<
  ListedDrift,
  'serviceId' | 'sealed' | 'ours' | 'theirs' | 'thingId' | 'writtenAt'
> & {
  /** "Ann Lee <ann@example.com>". */
  label: string;
  /** Null once it has ended. */
  values: Pick<ShownDrift, 'ours' | 'theirs'> | null;
  refusal: string | null;
  isHere: boolean;
  isThere: boolean;
  /** Our row, where there is one; deleting it needs its version. */
  ourRow: { id: string; version: number } | null;
};

/** In the order given. */
export async function viewDrifts(act: Act, drifts: readonly ListedDrift[]): Promise<DriftView[]> {
  const rows = await namesOf(act, drifts);
  return drifts.map((drift) => {
    const { serviceId: _s, sealed: _v, ours, theirs, thingId: _t, writtenAt: _w, ...rest } = drift;
    const words = openShownDrift(act, drift);
    const row = rows.get(`${drift.kind} ${drift.ourId}`) ?? null;
    return {
      ...rest,
      label: words?.label || row?.name || drift.azureId,
      values: words ? { ours: words.ours, theirs: words.theirs } : null,
      refusal: words?.refusal ?? null,
      isHere: ours !== 'no',
      isThere: theirs !== 'no',
      ourRow: row?.version === undefined ? null : { id: row.id, version: row.version },
    };
  });
}

export async function viewDrift(act: Act, drift: ListedDrift): Promise<DriftView> {
  const [view] = await viewDrifts(act, [drift]);
  if (!view) throw new Error('a drift has no view');
  return view;
}
