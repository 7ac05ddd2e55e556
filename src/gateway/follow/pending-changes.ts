import type { GatewayChange, GatewayQuestion } from '../../domain/gateway-rows.ts';

/** With more ids than this, loading everything is faster. */
const MAX_PENDING = 200_000;

export type PendingBatch = Record<GatewayChange['kind'], string[]> & {
  beatAt: number;
  questions: GatewayQuestion[];
};

/** Ids of rows to read again, each once, and the last heartbeat and the questions that came after them. */
export function createPendingChanges() {
  const sets: Record<GatewayChange['kind'], Set<string>> = {
    account: new Set(),
    subscription: new Set(),
    product: new Set(),
    api: new Set(),
  };
  let beatAt = Number.NEGATIVE_INFINITY;
  let questions: GatewayQuestion[] = [];
  const count = () => Object.values(sets).reduce((sum, set) => sum + set.size, 0);

  return {
    get isEmpty() {
      return beatAt === Number.NEGATIVE_INFINITY && questions.length === 0 && count() === 0;
    },
    get isOverLimit() {
      return count() > MAX_PENDING;
    },
    add({ kind, id }: GatewayChange): void {
      sets[kind]?.add(id);
    },
    addBeat(sentAt: number): void {
      beatAt = Math.max(beatAt, sentAt);
    },
    addQuestion: (question: GatewayQuestion): void => void questions.push(question),
    /** Takes everything. Every change from before the heartbeat is included; some from after it may be. */
    take(): PendingBatch {
      const batch: PendingBatch = {
        account: [...sets.account],
        subscription: [...sets.subscription],
        product: [...sets.product],
        api: [...sets.api],
        beatAt,
        questions,
      };
      for (const set of Object.values(sets)) set.clear();
      beatAt = Number.NEGATIVE_INFINITY;
      questions = [];
      return batch;
    },
  };
}
