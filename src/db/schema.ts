// Every table. Each key begins with the service, so that no row can refer to a row of another service.
export * from './schema/accounts.ts';
export * from './schema/approvals.ts';
export * from './schema/audit.ts';
export * from './schema/catalog.ts';
export * from './schema/imports.ts';
export * from './schema/invitations.ts';
export * from './schema/mails.ts';
export * from './schema/outages.ts';
export * from './schema/services.ts';
export * from './schema/sessions.ts';
export * from './schema/subscriptions.ts';
export * from './schema/tokens.ts';
