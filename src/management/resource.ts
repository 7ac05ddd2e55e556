// What the resources of the API have in common: how one is found and shown, and how a PUT makes or changes it.
import { DomainError, type DomainErrorCode } from '../domain/domain-error.ts';
import type { Address } from './address.ts';
import { demandNew, demandNoVersion, readIfMatch } from './if-match.ts';
import { type ManagementRequest, type ManagementResponse, resourceResponse } from './route.ts';

/** `missing` is the error for a resource that isn't there. */
export function defineResource<Row extends { version: number }>(resource: {
  find(request: ManagementRequest): Promise<Row | null>;
  view(address: Address, row: Row): unknown;
  missing: DomainErrorCode;
}) {
  const { find, view, missing } = resource;
  async function demand(request: ManagementRequest): Promise<Row> {
    const row = await find(request);
    if (!row) throw new DomainError(missing);
    return row;
  }
  const respond = ({ address }: ManagementRequest, row: Row, status?: 200 | 201) =>
    resourceResponse(view(address, row), row, status);
  const get = async (request: ManagementRequest, status?: 200 | 201) =>
    respond(request, await demand(request), status);
  return { find, demand, respond, get };
}

/**
 * A client that lost an answer sends its request again, so a PUT that was made already answers as the first did: 200 with
 * the resource, also to the ETag from before it.
 */
type Put<Row> = {
  find(): Promise<Row | null>;
  /** Whether it has everything that the request gives. */
  isAsGiven(row: Row): boolean | Promise<boolean>;
  create(): Promise<ManagementResponse>;
  update(row: Row, expected: { expectedVersion?: number }): Promise<ManagementResponse>;
  respond(row: Row): ManagementResponse | Promise<ManagementResponse>;
};

/**
 * Creates the resource, or updates it unless it is as given. Errors: 412 for the ETag of another version or of a missing
 * resource; those of `create` and `update`.
 * Source: RFC 9110 13.1.1, on a request whose "prior response was lost".
 */
export async function putResource<Row extends { version: number }>(
  request: ManagementRequest,
  { find, isAsGiven, create, update, respond }: Put<Row>,
): Promise<ManagementResponse> {
  const expected = readIfMatch(request, 'optional');
  const put = async (row: Row | null) => {
    if (row) {
      demandNew(request);
      return (await isAsGiven(row)) ? respond(row) : update(row, expected);
    }
    demandNoVersion(request);
    return create();
  };
  const found = await find();
  return repeatIfOvertaken(
    () => put(found),
    async () => {
      const row = await find();
      return row?.version === found?.version ? null : () => put(row);
    },
  );
}

/**
 * Makes a change, and once more if another request came between: perhaps the client's first one, still under way when it
 * gave up waiting. `afterRefusal` returns the second attempt; null when nothing came between.
 */
async function repeatIfOvertaken<Result>(
  attempt: () => Promise<Result>,
  afterRefusal: () => Promise<(() => Promise<Result>) | null>,
): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    const again = error instanceof DomainError ? await afterRefusal() : null;
    if (!again) throw error;
    return again();
  }
}

/** Whether the row has every value that is given. */
export const hasValues = <Row extends object>(
  row: Row,
  given: { readonly [Field in keyof Row]?: unknown },
): boolean =>
  Object.entries(given).every(([field, value]) => {
    const present = row[field as keyof Row];
    if (value instanceof Date && present instanceof Date) return value.getTime() === present.getTime();
    return value === undefined || present === value;
  });
