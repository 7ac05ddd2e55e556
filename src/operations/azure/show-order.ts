import { z } from 'zod';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { viewMirror } from './order-view.ts';

/** Whether the account or subscription is in Azure as it is here. Null when the service is bound to no instance. */
export const showOrder = defineOperation({
  name: 'azure/show-order',
  allowed: [...OPERATORS, 'system'],
  effect: 'read',
  input: { kind: z.enum(['account', 'subscription']), id: z.string().min(1).max(300) },
  run: (act, { kind, id }) => viewMirror(act, { kind, ourId: id }),
});
