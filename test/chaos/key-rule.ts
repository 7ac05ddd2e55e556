// The rule for the answers about one key. A process learns of a change at a moment of its own, between the change's
// request and its answer; so while a block is under way one process may refuse and another one still pass, and back.
// Each check has an order with all changes: before a change's request it is answered by the old state, and after its
// answer by the new one. The database's own answers have one order too.
import { type KeyInput, type KeyOutput, keyModel } from './key-model.ts';
import { findContradiction, type Operation } from './linearizable.ts';

/** `by` is the process that answered a check, and any words for other operations. */
export type KeyOperation = Operation<KeyInput, KeyOutput> & { by: string };
/** A recorded history with the key that it begins with. */
export type KeyHistory = {
  email: string;
  accountId: string;
  subscriptionId: string;
  key: string;
  operations: KeyOperation[];
};

/** `among` is the history that has no order. */
export type Contradiction = { of: string; stuck: KeyOperation; among: KeyOperation[] };

type Recorded = Pick<KeyHistory, 'key' | 'operations'>;

/** At most one for the database and each process. */
export function findContradictions(recorded: Recorded): Contradiction[] {
  const { database, processes } = split(recorded.operations);
  return [
    ...contradictionIn('the database', database, recorded.key),
    ...processes.flatMap(({ of, changes, checks }) => {
      for (const check of checks) {
        const [found] = contradictionIn(of, [...changes, check], recorded.key);
        if (found) return [found];
      }
      return [];
    }),
  ];
}

/**
 * The processes whose checks have no order among themselves. A process that goes from the database's rows back to its
 * index can answer by the new state and then by the old one, as long as the change has no answer.
 */
export function findReversals(recorded: Recorded): Contradiction[] {
  const { processes } = split(recorded.operations);
  return processes.flatMap(({ of, changes, checks }) =>
    contradictionIn(of, [...changes, ...checks], recorded.key),
  );
}

function split(operations: readonly KeyOperation[]) {
  const known = withMadeKeys(operations);
  const checks = known.filter(({ input }) => input.do === 'check');
  const others = known.filter(({ input }) => input.do !== 'check');
  // A read and "it is blocked already" come from the database, before each process needs to know.
  const changes = others.filter(({ input, output }) => input.do !== 'read' && output !== 'already');
  const processes = [...new Set(checks.map(({ by }) => by))];
  return {
    database: others,
    processes: processes.map((of) => ({ of, changes, checks: checks.filter(({ by }) => by === of) })),
  };
}

function contradictionIn(of: string, history: readonly KeyOperation[], key: string): Contradiction[] {
  const among = history.toSorted((a, b) => a.calledAt - b.calledAt);
  const stuck = findContradiction(among, keyModel(key)) as KeyOperation | null;
  return stuck ? [{ of, stuck, among }] : [];
}

/** Notes with each new key's request which key it made, where one read after its answer can show no other. */
function withMadeKeys(operations: readonly KeyOperation[]): KeyOperation[] {
  const requests = operations.filter(({ input }) => input.do === 'regenerate');
  return operations.map((made) => {
    if (made.input.do !== 'regenerate' || made.output === null) return made;
    const key = operations
      .filter(({ input, calledAt }) => input.do === 'read' && calledAt >= made.returnedAt)
      .filter((read) =>
        requests.every(
          (other) => other === made || other.returnedAt <= made.calledAt || other.calledAt >= read.returnedAt,
        ),
      )
      .map(({ output }) => (typeof output === 'object' && output ? output.key : null))
      .find((found) => found !== null);
    return key ? { ...made, input: { do: 'regenerate', makes: key } } : made;
  });
}
