import { listOpenDrifts } from '../../db/azure/decisions.ts';
import { type AzureInstanceRow, findInstance } from '../../db/azure/instances.ts';
import { countOpenOrders, countThings, type OrderCounts } from '../../db/azure/status.ts';
import { MIRRORED_KINDS, type MirroredKind } from '../../domain/azure-mirror.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

const COUNTED_UP_TO = 1_000;
const NO_THINGS: Awaited<ReturnType<typeof countThings>> = {};

/** The mirror of an Azure API Management instance, as its operators see it. */
export type MirrorStatus = Omit<AzureInstanceRow, 'serviceId' | 'cursor' | 'counts' | 'leasedUntil'> & {
  /** How far the comparison under way is, by kind, in its order; `of` is what the last one found. Null: none is under way. */
  progress: { kind: MirroredKind; seen: number; of: number | null }[] | null;
  orders: OrderCounts;
  /** Open differences; 1,001 stands for any higher count. */
  differences: number;
};

/** The instance that the service is bound to and how far the mirror is; null when it is bound to none. */
export const showMirror = defineOperation({
  name: 'azure/show',
  allowed: OPERATORS,
  effect: 'read',
  input: {},
  async run(act): Promise<MirrorStatus | null> {
    const serviceId = act.service.id;
    const instance = await findInstance(act.tx, serviceId);
    if (!instance) return null;
    const [orders, differences, things] = await Promise.all([
      countOpenOrders(act.tx, serviceId),
      listOpenDrifts(act.tx, { serviceId }).count(COUNTED_UP_TO),
      instance.phase === null ? NO_THINGS : countThings(act.tx, serviceId),
    ]);
    const { serviceId: _s, cursor: _c, counts, leasedUntil: _l, ...rest } = instance;
    const of = (kind: MirroredKind) => (instance.firstPassEndedAt ? (things[kind] ?? 0) : null);
    const progress =
      instance.phase === null
        ? null
        : MIRRORED_KINDS.map((kind) => ({ kind, seen: counts[kind] ?? 0, of: of(kind) }));
    return { ...rest, progress, orders, differences };
  },
});
