// Counts checks by how they ended, for the metrics: plain numbers, because this happens at every check.

export type CheckCounters = ReturnType<typeof createCheckCounters>;

export function createCheckCounters() {
  const outcomes = new Map<string, number>();
  const sources = { index: 0, database: 0, stale: 0 };
  return {
    count: (outcome: string) => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1),
    answeredFrom(source: keyof typeof sources): void {
      sources[source] += 1;
    },
    read: () => ({ checks: Object.fromEntries(outcomes), answersFrom: { ...sources } }),
  };
}
