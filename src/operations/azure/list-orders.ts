import { z } from 'zod';
import { listOrders } from '../../db/azure/status.ts';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { type OrderView, viewOrder } from './order-view.ts';
import { namesOf } from './our-names.ts';

const ORDERS_A_PAGE = 20;

/** A change of ours on its way to Azure, and the name of what it changes. */
export type ListedOrder = OrderView & { kind: MirroredKind; label: string };

/** A page of the orders that wait or that Azure refused, newest first. With `isCounted`, how many there are. */
export const listAzureOrders = defineOperation({
  name: 'azure/list-orders',
  allowed: OPERATORS,
  effect: 'read',
  input: {
    state: z.enum(['waiting', 'refused']),
    ...lists.pageInput(ORDERS_A_PAGE, z.int()),
  },
  async run(act, { state, ...wanted }) {
    const list = listOrders(act.tx, { serviceId: act.service.id, states: [state] });
    const { page, ...more } = await lists.readPage(wanted, list);
    const names = await namesOf(act, page);
    const orders = page.map((order): ListedOrder => {
      const { kind, ourId } = order;
      return { ...viewOrder(act, order), kind, label: names.get(`${kind} ${ourId}`)?.name || ourId };
    });
    return { orders, ...more };
  },
});
