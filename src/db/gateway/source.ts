import type { CallBatch } from '../../domain/call-counts.ts';
import type { Database } from '../connection/connect.ts';
import { addUsage } from '../usage/write.ts';
import { hearGatewayChanges } from './changes.ts';
import { openGatewayRows } from './rows.ts';

/** The rows of one service that the gateway check reads. */
export function createGatewaySource(db: Database, url: string, serviceId: string, clock: () => Date) {
  return {
    openRows: (maxConnections: number) => openGatewayRows(url, serviceId, maxConnections),
    hearChanges: (on: Parameters<typeof hearGatewayChanges>[2]) => hearGatewayChanges(url, serviceId, on),
    addUsage: (batch: CallBatch) => addUsage(db, serviceId, batch, clock()),
  };
}
