// Short names of rows in a pushed gateway: the same in every agent, and after each start.
import { hash } from 'node:crypto';

const TAG_LENGTH = 11;

const tagOf = (...parts: string[]) => hash('sha256', parts.join('\0'), 'base64url').slice(0, TAG_LENGTH);

/** With its creation, so that what was counted for a former subscription with this id isn't counted for this one. */
export const subscriptionTag = ({ id, createdAt }: { id: string; createdAt: number }): string =>
  tagOf('subscription', id, String(createdAt));
export const productTag = (id: string): string => tagOf('product', id);
export const apiTag = (id: string): string => tagOf('api', id);
