// What an error says about the database as a whole: that it does no work for now, and why.

/** `reason` is for the people who run the server, `words` for those who use it. */
export type DatabaseOutage = { reason: string; words: string };

const NOT_REACHABLE: DatabaseOutage = { reason: 'not reachable', words: "The database can't be reached" };

/** The codes of Postgres and its drivers. A full disk also shows as an error of the operating system. */
const OUTAGES: readonly [codes: RegExp, outage: DatabaseOutage][] = [
  [/^25006$/, { reason: 'read only', words: "The database can't be written now" }],
  [/^(53100|ENOSPC|EDQUOT)$/, { reason: 'no space left', words: 'The database has no space left' }],
  [/^53200$/, { reason: 'no memory left', words: 'The database has no memory left' }],
  [/^53300$/, { reason: 'no free connection', words: 'The database takes no more connections' }],
  [/^(57014|55P03)$/, { reason: 'too slow', words: 'The database took too long' }],
  [/^57P0.$/, { reason: 'starting or stopping', words: 'The database is starting or stopping' }],
  [/^(08...|58030|CONNECT(ION)?_[A-Z]+)$/, NOT_REACHABLE],
];
const SOCKET =
  /^(ECONN[A-Z]+|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_[A-Z]+)$/;

/** Null for an error that says nothing about the database as a whole. For errors of work in the database. */
export function databaseOutage(error: unknown): DatabaseOutage | null {
  for (const { code } of chainOf(error)) {
    const found = OUTAGES.find(([codes]) => codes.test(code))?.[1];
    if (found) return found;
    if (SOCKET.test(code)) return NOT_REACHABLE;
  }
  return null;
}

/** The same for an error that may come from anywhere: a socket's code counts only when it ended a query. */
export function databaseOutageIn(error: unknown): DatabaseOutage | null {
  const chain = chainOf(error);
  const isOfDatabase = chain.some((one) => one.isOfQuery) || !chain.some((one) => SOCKET.test(one.code));
  return isOfDatabase ? databaseOutage(error) : null;
}

function chainOf(error: unknown): { code: string; isOfQuery: boolean }[] {
  const chain: { code: string; isOfQuery: boolean }[] = [];
  for (let at = error; at instanceof Error; at = at.cause)
    chain.push({ code: 'code' in at ? String(at.code) : '', isOfQuery: 'query' in at });
  return chain;
}
