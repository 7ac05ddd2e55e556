import type { Database } from '../connection/connect.ts';
import { addUsage, type Usage } from '../subscriptions/usage.ts';
import { hearGatewayChanges } from './changes.ts';
import { openGatewayRows } from './rows.ts';

/** The rows of one service that the gateway check reads. */
export function createGatewaySource(db: Database, url: string, serviceId: string) {
  return {
    openRows: (maxConnections: number) => openGatewayRows(url, serviceId, maxConnections),
    hearChanges: (on: Parameters<typeof hearGatewayChanges>[2]) => hearGatewayChanges(url, serviceId, on),
    addUsage: (usage: readonly Usage[]) => addUsage(db, serviceId, usage),
  };
}
