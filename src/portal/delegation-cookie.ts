// What Azure's developer portal has handed over to this browser, until it is done.
import { z } from 'zod';
import { DELEGATED_OPERATIONS, type DelegatedRequest } from '../domain/azure-delegation.ts';
import type { Policy } from '../operations/frame/context.ts';
import type { WebContext } from '../web/request-facts.ts';
import { createHostCookie } from './host-cookie.ts';

/** Long enough for a sign-up, with its mail. */
const KEPT_SECONDS = 3_600;

/** Azure's developer portal, as the portal here knows it. */
export type Delegation = {
  /** Without a slash at its end. */
  portalUrl: string;
  isSigned(text: string, signature: string): boolean;
  /** Null when Azure gives none now. */
  tokenFor(userId: string, expiresAt: Date): Promise<string | null>;
};

export type DelegationCookie = {
  read(c: WebContext): DelegatedRequest | null;
  write(c: WebContext, request: DelegatedRequest): void;
  clear(c: WebContext): void;
};

const id = z.string().max(2_000).optional();
const stored = z.strictObject({
  operation: z.enum(DELEGATED_OPERATIONS),
  returnUrl: id,
  userId: id,
  productId: id,
  subscriptionId: id,
});

/**
 * A cookie, so that the signed address is in no page of ours, and what was handed over survives the sign-in. It gives no
 * right: each page asks for the session, and the developer is only ever sent to the portal of the settings.
 */
export function createDelegationCookie(policy: Policy): DelegationCookie {
  const cookie = createHostCookie(policy, 'apim-user-delegation');
  return {
    read: (c) => stored.safeParse(parsed(cookie.read(c) ?? '')).data ?? null,
    write: (c, request) =>
      cookie.write(c, Buffer.from(JSON.stringify(request)).toString('base64url'), KEPT_SECONDS),
    clear: cookie.clear,
  };
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(Buffer.from(value, 'base64url').toString());
  } catch {
    return null;
  }
}
