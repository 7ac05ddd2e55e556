/** The id of the service that a process serves without `SERVICES`. */
export const DEFAULT_SERVICE = 'default';

/** Names of the others, which are their ids too. People type them after an `@`, and addresses contain them. */
export const isServiceName = (text: string): boolean => /^[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?$/.test(text);
