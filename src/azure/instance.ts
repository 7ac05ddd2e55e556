// A service of Azure API Management as the rest of the product sees it: by records, without the SDK.
import type { MirroredKind } from '../domain/azure-mirror.ts';
import type { Mirrored } from '../domain/azure-record.ts';
import { readLastChange } from './activity-log.ts';
import { type AzureService, type ClientOptions, connect } from './client.ts';
import { withFaults } from './fault.ts';
import { readPortalToken } from './portal-token.ts';
import { readersOf } from './read.ts';
import { removerOf } from './remove.ts';
import { writersOf } from './write.ts';

/** Each call throws an `AzureFault`. */
export type AzureInstance = {
  /**
   * One page of a kind. `cursor` is that of the page before; null is the first page, and in the answer that there are no
   * more. `askedAt` is before the request. A record that vanishes while the page is read is left out.
   */
  page<Kind extends MirroredKind>(
    kind: Kind,
    cursor: string | null,
  ): Promise<{ records: Mirrored<Kind>[]; cursor: string | null; askedAt: Date }>;
  /** Null when it isn't there, and for a template that has Azure's default text. */
  read<Kind extends MirroredKind>(kind: Kind, id: string): Promise<ReadRecord<Kind> | null>;
  /**
   * Brings one thing to `wanted`. `was` is what `read` gave; null creates the thing, and is `changed` when another program
   * just made it. Only what differs is sent. Azure mails no developer. Policies
   * and APIs are deployed by other means, and never written.
   */
  write<Kind extends WrittenKind>(
    kind: Kind,
    wanted: Mirrored<Kind>,
    was: ReadRecord<Kind> | null,
    how: { mayDelete: boolean },
  ): Promise<Written>;
  /** Deletes one thing; a template gets its default text. Not there is done. A user with subscriptions is `refused`. */
  remove(kind: RemovedKind, id: string, etag: string): Promise<void>;
  /** A token with which the instance's developer portal signs this user in. */
  portalToken(userId: string, expiresAt: Date): Promise<string>;
  /** Who changed it last, as Azure's activity log tells; null when it doesn't. The log is minutes late. */
  lastChange(kind: MirroredKind, id: string, since: Date): Promise<{ who: string; at: Date } | null>;
};

export type WrittenKind = Exclude<MirroredKind, 'api'>;
export type RemovedKind = Exclude<WrittenKind, 'notification'>;

/** `etag` is `*` for a kind that has none: notifications. */
export type ReadRecord<Kind extends MirroredKind = MirroredKind> = {
  record: Mirrored<Kind>;
  etag: string;
  askedAt: Date;
};

/**
 * `etag`: the new one; null when only what has no ETag changed. `kept`: the fields that need a DELETE that the caller
 * forbids (a membership, a link, a recipient), and so still have more than `wanted`.
 */
export type Written = { etag: string | null; kept: string[] };

type InstanceOptions = ClientOptions & {
  /** Whether subscriptions are read and written with their keys. Else their keys are null. */
  withKeys: boolean;
  clock: () => Date;
};

/** Loads the SDK, and the token or the credential. Throws an `AzureFault`. */
export async function openAzure(service: AzureService, options: InstanceOptions): Promise<AzureInstance> {
  const connection = await withFaults(() => connect(service, options));
  const readers = readersOf(connection, options.withKeys);
  const writers = writersOf(connection, options.withKeys);
  const remove = removerOf(connection);
  const { clock } = options;
  return {
    async page(kind, cursor) {
      const askedAt = clock();
      return { ...(await withFaults(() => readers[kind].page(cursor))), askedAt };
    },
    async read(kind, id) {
      const askedAt = clock();
      const found = await withFaults(() => readers[kind].read(id));
      return found && { ...found, askedAt };
    },
    write: (kind, wanted, was, { mayDelete }) => withFaults(() => writers[kind](wanted, was, mayDelete)),
    remove: (kind, id, etag) => withFaults(() => remove(kind, id, etag)),
    portalToken: (userId, expiresAt) => withFaults(() => readPortalToken(connection, userId, expiresAt)),
    lastChange: (kind, id, since) =>
      withFaults(() => readLastChange(connection, { kind, id, since, until: clock() })),
  };
}
