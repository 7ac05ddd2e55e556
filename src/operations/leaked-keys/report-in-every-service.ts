import type { LeakPlace } from '../../db/schema/leaked-keys.ts';
import { databaseOutageIn } from '../../domain/database-outage.ts';
import type { Services } from '../frame/context.ts';
import { findKnownKeys } from './find-known.ts';
import { reportLeakedKey } from './report.ts';

/**
 * Records a scanner's report, which doesn't say of which service a key is, and returns the hashes that are ours. A key that
 * can't be recorded doesn't stop the others: its error is thrown once they are, and the scanner sends all of them again.
 */
export async function reportInEveryService(
  services: Services,
  { placesByHash, endsAtOnce }: { placesByHash: ReadonlyMap<string, LeakPlace[]>; endsAtOnce: boolean },
): Promise<Set<string>> {
  const ours = new Set<string>();
  const faults: unknown[] = [];
  for (const { system } of services) {
    const context = system('leaked keys');
    for (const hash of await findKnownKeys(context, { hashes: [...placesByHash.keys()] })) {
      ours.add(hash);
      try {
        await reportLeakedKey(context, { hash, places: placesByHash.get(hash) ?? [], endsAtOnce });
      } catch (error) {
        if (databaseOutageIn(error)) throw error;
        faults.push(error);
      }
    }
  }
  if (faults.length > 0) throw faults[0];
  return ours;
}
