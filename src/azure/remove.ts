// Removes things from a service of Azure API Management.
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from './client.ts';
import { AzureFault } from './fault.ts';
import type { RemovedKind } from './instance.ts';
import { orMissing } from './read.ts';

/** A deleted user may take Azure a while: it says how it goes at an address of its own. */
const POLL_MS = 1_000;
const POLL_LIMIT_MS = 60_000;

export function removerOf({ client, at }: Connection) {
  const removers: Record<RemovedKind, (id: string, etag: string) => Promise<unknown>> = {
    group: (id, etag) => client.group.delete(...at, id, etag),
    product: (id, etag) => client.product.delete(...at, id, etag, { deleteSubscriptions: false }),
    account: (id, etag) => removeUser({ client, at }, id, etag),
    subscription: (id, etag) => client.subscription.delete(...at, id, etag),
    template: (id, etag) => client.emailTemplate.delete(...at, id, etag),
  };
  return async (kind: RemovedKind, id: string, etag: string): Promise<void> => {
    await orMissing(() => removers[kind](id, etag));
  };
}

async function removeUser(
  { client, at }: Pick<Connection, 'client' | 'at'>,
  id: string,
  etag: string,
): Promise<void> {
  const poller = await client.user.beginDelete(...at, id, etag, {
    // What was made in Azure meanwhile isn't deleted with it.
    deleteSubscriptions: false,
    notify: false,
    updateIntervalInMs: POLL_MS,
  });
  const ends = performance.now() + POLL_LIMIT_MS;
  while (!poller.isDone()) {
    if (performance.now() > ends)
      throw new AzureFault('unreachable', { words: 'Azure took the deletion and has not finished it.' });
    await delay(POLL_MS);
    await poller.poll();
  }
}
