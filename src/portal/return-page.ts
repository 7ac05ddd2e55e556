// Where a developer goes on after signing in: the page that asked them to, in whichever way they sign in.
import type { Policy } from '../operations/frame/context.ts';
import type { WebContext } from '../web/request-facts.ts';
import { createHostCookie } from './host-cookie.ts';

/** Long enough for a sign-up, with its mail. */
const KEPT_SECONDS = 3_600;
const MAX_LENGTH = 1_000;
const HOME_PATH = '/portal';

/** The pages that ask for a session, and no other: a cookie may have been planted. No dotted segment, encoded slash or control passes. */
const OWN_PAGE =
  /^\/portal\/(?:apis|products|subscriptions|account|delegation)(?:\/(?!\.{1,2}(?:[/?]|$))(?:[\w.~-]|%(?!2F|5C|25|7F|[01])[0-9A-F]{2})+)*(?:\?[\w.~*%=&+-]*)?$/;

export type ReturnPage = {
  /** Notes the requested page. For responses that `c` makes. */
  keep(c: WebContext): void;
  /** Notes another page of ours. */
  keepPage(c: WebContext, page: string): void;
  /** The noted page, once; otherwise the portal's first page. For responses that `c` makes. */
  take(c: WebContext): string;
};

/**
 * A cookie, so that no address and no form chooses where a page redirects, and a mailed link leads back too. Two tabs of a
 * browser share it: the page that asked last wins.
 */
export function createReturnPage(policy: Policy): ReturnPage {
  const cookie = createHostCookie(policy, 'apim-user-return');
  return {
    keep(c) {
      const page = withoutNotice(new URL(c.req.url));
      if (isOwnPage(page)) cookie.write(c, page, KEPT_SECONDS);
    },
    keepPage(c, page) {
      if (isOwnPage(page)) cookie.write(c, page, KEPT_SECONDS);
    },
    take(c) {
      const page = cookie.read(c);
      if (page) cookie.clear(c);
      return page && isOwnPage(page) ? page : HOME_PATH;
    },
  };
}

const isOwnPage = (page: string): boolean => page.length <= MAX_LENGTH && OWN_PAGE.test(page);

/** What was done before would be told a second time. */
function withoutNotice({ pathname, searchParams }: URL): string {
  for (const name of ['done', 'sign-in']) searchParams.delete(name);
  const query = searchParams.toString();
  return query ? `${pathname}?${query}` : pathname;
}
