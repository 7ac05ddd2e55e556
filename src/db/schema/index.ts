// Every table, except rate_limits (src/db/rate-limits.ts).
export * from './accounts.ts';
export * from './agreements.ts';
export * from './approvals.ts';
export * from './audit.ts';
export * from './azure.ts';
export * from './catalog.ts';
export * from './gateway-followers.ts';
export * from './identities.ts';
export * from './imports.ts';
export * from './invitations.ts';
export * from './leaked-keys.ts';
export * from './mails.ts';
export * from './services.ts';
export * from './sessions.ts';
export * from './subscriptions.ts';
export * from './tokens.ts';
export * from './usage.ts';
