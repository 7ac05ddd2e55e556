import type { Policy } from '../frame/context.ts';

/** Azure's publisher of a service, who is also its built-in administrator, user `1`: the organization and its support. */
export const publisherOf = ({ organizationName, supportEmail }: Policy) => ({
  name: organizationName,
  email: supportEmail,
});
