// The addresses of Azure Resource Manager, as the stand-in reads them.

const SERVICE =
  /^(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ApiManagement\/service\/[^/]+)(?:\/(.*))?$/i;
const ACTIVITY_LOG =
  /^\/subscriptions\/[^/]+\/providers\/microsoft\.insights\/eventtypes\/management\/values$/i;

/** `base`: the address of the service; `below`: the path under it, empty for the service itself. */
export type Place = { base: string; below: string };

export function readPlace(pathname: string): Place | null {
  const [, base, below = ''] = SERVICE.exec(pathname) ?? [];
  return base === undefined ? null : { base, below: below.replace(/\/$/, '') };
}

export const isActivityLog = (pathname: string): boolean => ACTIVITY_LOG.test(pathname);

/** `users/ann/groups` → `users/{}/groups`: what a test counts by. */
export const kindOf = (below: string): string =>
  below
    .split('/')
    .map((part, index) => (index % 2 === 1 ? '{}' : part))
    .join('/');

/** Whether it names a link, which Azure answers to HEAD and not to GET. */
export const isLink = (below: string): boolean =>
  /^(groups\/[^/]+\/users|products\/[^/]+\/(groups|apis)|notifications\/[^/]+\/recipient(Users|Emails))\/[^/]+$/i.test(
    below,
  );

/** What a link leads to: `groups/partners/users/ann` → `users/ann`. */
export const targetOf = (below: string): string => below.split('/').slice(2).join('/');

/** Ids are compared in any case. */
export const keyOf = (below: string): string => decodeURIComponent(below).toLowerCase();

/** Whether it names one resource, rather than a collection or an action. */
export const isResource = (below: string): boolean => below !== '' && below.split('/').length % 2 === 0;

/** The resource that an item of a list stands for: of `groups/partners/users`, `groups/partners/users/ann`. */
export function itemPath(list: string, name: string): string {
  const [first = '', id = '', ...rest] = list.split('/');
  const collection = rest.join('/');
  const own = encodeURIComponent(name);
  if (first.toLowerCase() !== 'users' || collection === '') return `${list}/${own}`;
  // What a user has is a link from the other side, or a resource of the service.
  return collection.toLowerCase() === 'groups' ? `groups/${own}/users/${id}` : `${collection}/${own}`;
}
