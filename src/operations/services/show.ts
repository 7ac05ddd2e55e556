import { findService } from '../../db/operators/services.ts';
import type { Policy } from '../frame/context.ts';
import { defineOperation, READERS } from '../frame/operation.ts';

/** The service of this server: its name, its publisher, and where its developers and their programs go. */
export const showService = defineOperation({
  name: 'services/show',
  allowed: READERS,
  effect: 'read',
  input: {},
  async run(act) {
    const { name, createdAt } = await findService(act.tx, act.service.id);
    const { gatewayUrl, publicUrl } = act.policy;
    return { name, createdAt, publisher: publisherOf(act.policy), gatewayUrl, publicUrl };
  },
});

/** Azure's publisher of a service, who is also its built-in administrator, user `1`: the organization and its support. */
export const publisherOf = ({ organizationName, supportEmail }: Policy) => ({
  name: organizationName,
  email: supportEmail,
});
