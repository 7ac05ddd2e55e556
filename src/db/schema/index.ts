// Every table. Each key begins with the service, so that no row can refer to a row of another service.
export * from './accounts.ts';
export * from './approvals.ts';
export * from './audit.ts';
export * from './catalog.ts';
export * from './imports.ts';
export * from './invitations.ts';
export * from './mails.ts';
export * from './outages.ts';
export * from './services.ts';
export * from './sessions.ts';
export * from './subscriptions.ts';
export * from './tokens.ts';
