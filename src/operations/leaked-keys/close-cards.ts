import { addJob } from '../../db/outbox/jobs.ts';
import { listOpenLeakCards } from '../../db/subscriptions/leaked-keys.ts';
import type { Act } from '../frame/context.ts';

/** Before subscriptions are deleted, and with them what was found of their keys: its cards ask for no decision any more. */
export async function closeLeakCards(
  { tx, service }: Act,
  of: Omit<Parameters<typeof listOpenLeakCards>[1], 'serviceId'>,
): Promise<void> {
  for (const { channelId, messageTs } of await listOpenLeakCards(tx, { ...of, serviceId: service.id }))
    if (messageTs) await addJob(tx, 'close-leaked-key-card', { serviceId: service.id, channelId, messageTs });
}
