// Which differences with Azure have a card in the approvals channel.
import { countDriftCards, listDriftsWithoutCard } from '../../db/azure/decisions.ts';
import type { Act } from '../frame/context.ts';
import { queueDriftRepaint } from '../frame/outbox.ts';

/** More would bury everything else in the channel. `/apim-user azure` lists all. */
export const MAX_OPEN_DRIFT_CARDS = 20;

/** Queues the first card of the oldest differences that have none, as far as there is room. */
export async function queueMissingDriftCards(act: Pick<Act, 'tx' | 'service'>): Promise<void> {
  const serviceId = act.service.id;
  const limit = MAX_OPEN_DRIFT_CARDS - (await countDriftCards(act.tx, { serviceId }));
  if (limit <= 0) return;
  for (const { id } of await listDriftsWithoutCard(act.tx, { serviceId, limit }))
    await queueDriftRepaint(act, id);
}
