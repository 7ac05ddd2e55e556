// Rows over connections that are replaced when a query hangs: the next ones must not wait behind it.
import { withTimeout } from '../../web/with-timeout.ts';
import type { GatewaySource, Rows } from '../source.ts';

export function createRenewedRows(source: Pick<GatewaySource, 'openRows'>, connections: number) {
  let rows = source.openRows(connections);
  let isStopped = false;
  return {
    /** Rejects with the database's error, or after `maxMs`. */
    async use<T>(maxMs: number, read: (rows: Rows) => Promise<T>): Promise<T> {
      const used = rows;
      try {
        return await withTimeout(maxMs, read(used));
      } catch (error) {
        // A query that failed without an error of the database may still hang.
        const hangs = !(error instanceof Error && 'code' in error);
        if (hangs && used === rows && !isStopped) {
          rows = source.openRows(connections);
          used.abandon();
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
