// What the developer portal of an Azure API Management hands over to us, and what it signs of it.

/** Which parameters are signed after the salt, in this order. The operation itself isn't signed. */
const SIGNED = {
  SignIn: ['returnUrl'],
  SignUp: ['returnUrl'],
  ChangePassword: ['userId'],
  ChangeProfile: ['userId'],
  CloseAccount: ['userId'],
  SignOut: ['userId'],
  Subscribe: ['productId', 'userId'],
  Unsubscribe: ['subscriptionId'],
  Renew: ['subscriptionId'],
} as const;

export type DelegatedOperation = keyof typeof SIGNED;
export const DELEGATED_OPERATIONS = Object.keys(SIGNED) as DelegatedOperation[];
type SignedName = (typeof SIGNED)[DelegatedOperation][number];
export type DelegatedRequest = { operation: DelegatedOperation } & {
  [Name in SignedName]?: string | undefined;
};

/** No line break: with one, the signed text could be read in two ways. */
const ONE_LINE = /^[^\r\n]{1,2000}$/;

/**
 * Reads the parameters of a request. `isSigned` judges the text that is signed, by the signature. Null for one that isn't
 * complete, that can be read in two ways, or whose signature is wrong.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-howto-setup-delegation
 */
export function readDelegation(
  query: URLSearchParams,
  isSigned: (text: string, signature: string) => boolean,
): DelegatedRequest | null {
  const one = (name: string): string | null => {
    const [value = '', ...more] = query.getAll(name);
    return ONE_LINE.test(value) && more.length === 0 ? value : null;
  };
  const [operation, salt, signature] = ['operation', 'salt', 'sig'].map(one);
  if (!operation || !Object.hasOwn(SIGNED, operation)) return null;
  const names: readonly SignedName[] = SIGNED[operation as DelegatedOperation];
  const values = names.map(one);
  if (!salt || !signature || values.includes(null)) return null;
  if (!isSigned([salt, ...values].join('\n'), signature)) return null;
  const given = names.map((name, index) => [name, values[index]]);
  return { operation: operation as DelegatedOperation, ...Object.fromEntries(given) };
}

/** The page of the portal that a `returnUrl` names, as path, query and fragment; its first page for one elsewhere. */
export function pageOfPortal(portalUrl: string, returnUrl: string): string {
  if (!URL.canParse(returnUrl, portalUrl)) return '/';
  const { origin, pathname, search, hash } = new URL(returnUrl, portalUrl);
  // `//host` would be another host again.
  return origin === portalUrl ? `${pathname.replace(/^\/+/, '/')}${search}${hash}` : '/';
}

/** Azure names a thing by its id or by `/users/ID`. In lower case, as Azure compares ids. */
export const delegatedId = (text: string): string => (text.split('/').at(-1) ?? '').toLowerCase();
