import type { Database } from './connect.ts';
import { hearGatewayChanges } from './gateway-changes.ts';
import { openGatewayRows } from './gateway-rows.ts';
import { addUsage, type Usage } from './subscription-usage.ts';

/** All that the gateway check asks of one service's rows. */
export function createGatewaySource(db: Database, url: string, serviceId: string) {
  return {
    openRows: (maxConnections: number) => openGatewayRows(url, serviceId, maxConnections),
    hearChanges: (on: Parameters<typeof hearGatewayChanges>[2]) => hearGatewayChanges(url, serviceId, on),
    addUsage: (usage: readonly Usage[]) => addUsage(db, serviceId, usage),
  };
}
