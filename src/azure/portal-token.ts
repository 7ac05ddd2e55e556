// Asks for a shared access token of a user, which signs them in to the developer portal of the instance.
import type { Connection } from './client.ts';
import { AzureFault } from './fault.ts';

/** A developer waits for it. */
const LIMIT_MS = 10_000;

/** Errors: `missing` for no such user. Source: Azure, User_GetSharedAccessToken. */
export async function readPortalToken(
  { client, at }: Connection,
  userId: string,
  expiresAt: Date,
): Promise<string> {
  const { value } = await client.user.getSharedAccessToken(
    ...at,
    userId,
    { keyType: 'primary', expiry: expiresAt },
    { abortSignal: AbortSignal.timeout(LIMIT_MS) },
  );
  if (!value) throw new AzureFault('failed', { words: 'Azure gave no token.' });
  return value;
}
