// Short names of rows in a pushed gateway: the same in every agent, and after each start.
import { hash } from 'node:crypto';

const TAG_LENGTH = 11;

const tagOf = (...parts: string[]) => hash('sha256', parts.join('\0'), 'base64url').slice(0, TAG_LENGTH);

/** With its creation, so that what was counted for a former subscription with this id isn't counted for this one. */
export const subscriptionTag = ({ id, createdAt }: { id: string; createdAt: number }): string =>
  tagOf('subscription', id, String(createdAt));
/** Of few rows, whose tags are in very many records. */
const known = new Map<string, string>();
const MAX_KNOWN = 10_000;
function knownTag(kind: string, id: string): string {
  const key = `${kind}${id}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const tag = tagOf(kind, id);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, tag);
  return tag;
}
export const productTag = (id: string): string => knownTag('product', id);
export const apiTag = (id: string): string => knownTag('api', id);
