// One call, asked of the database itself: while the index is loading or can't be trusted.

import { createConcurrencyLimit } from '../security/concurrency-limit.ts';
import { within } from '../web/within.ts';
import type { FoundCall, GatewaySource, SoughtCall } from './source.ts';

const CONNECTIONS = 4;
const MAX_CONCURRENT = 40;
const MAX_WAITING = 400;
/** A gateway and its client wait for this. */
const MAX_ASKING_MS = 1_500;

export function createDatabaseLookup(source: Pick<GatewaySource, 'openRows'>) {
  const limited = createConcurrencyLimit(MAX_CONCURRENT, MAX_WAITING);
  let rows = source.openRows(CONNECTIONS);
  let isStopped = false;

  return {
    /** Rejects when it is not known in time: the database is away, or too many are asking. */
    async find(call: SoughtCall): Promise<FoundCall> {
      let asked = rows;
      try {
        return await limited(() => {
          asked = rows;
          return within(MAX_ASKING_MS, asked.findCall(call));
        });
      } catch (error) {
        // What hangs may hang for as long as the network does not say so: others are not to wait on that connection.
        const hangs = !(error instanceof Error && 'code' in error);
        if (hangs && asked === rows && !isStopped) {
          rows = source.openRows(CONNECTIONS);
          asked.abandon();
        }
        throw error;
      }
    },
    async stop(): Promise<void> {
      isStopped = true;
      await rows.close().catch(() => {});
    },
  };
}
