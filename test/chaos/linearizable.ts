// Whether a recorded history can be put into one order that explains every answer (Wing and Gong's search, with Lowe's
// memory of the positions it has seen, as in Porcupine).

/** `output` is null when the caller got no answer: it may take effect at any later time, or never. Times are monotonic. */
export type Operation<Input, Output> = {
  input: Input;
  output: Output | null;
  calledAt: number;
  returnedAt: number;
};

export type Model<State, Input, Output> = {
  initial: State;
  /** The states that the operation can lead to; none when it can't answer so in this state. */
  next(state: State, input: Input, output: Output | null): State[];
  /** Equal for equal states. */
  keyOf(state: State): string;
};

type Position<State> = {
  /** Every answered operation before this one has its place. */
  low: number;
  /** The answered operations after it that have theirs too. */
  ahead: readonly number[];
  /** The unanswered operations that took effect. */
  taken: readonly number[];
  state: State;
};

/** Null when an order exists; otherwise the first operation that no order could pass. */
export function findContradiction<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  model: Model<State, Input, Output>,
): Operation<Input, Output> | null {
  const sorted = history.toSorted((a, b) => a.calledAt - b.calledAt);
  const answered = sorted.filter(({ output }) => output !== null);
  const unanswered = sorted.filter(({ output }) => output === null);
  const seen = new Set<string>();
  const stack: Position<State>[] = [{ low: 0, ahead: [], taken: [], state: model.initial }];
  let furthest = 0;
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (at.low === answered.length) return null;
    furthest = Math.max(furthest, at.low);
    const key = [at.low, at.ahead, at.taken, model.keyOf(at.state)].join('|');
    if (seen.has(key)) continue;
    seen.add(key);
    stack.push(...followersOf(at, answered, unanswered, model));
  }
  return answered[furthest] ?? null;
}

/** The last one is tried first. */
function followersOf<State, Input, Output>(
  at: Position<State>,
  answered: readonly Operation<Input, Output>[],
  unanswered: readonly Operation<Input, Output>[],
  model: Model<State, Input, Output>,
): Position<State>[] {
  const { open, until } = openAt(at, answered);
  const followers: Position<State>[] = [];
  for (const [index, { input, calledAt }] of unanswered.entries()) {
    if (calledAt > until) break;
    if (at.taken.includes(index)) continue;
    for (const state of model.next(at.state, input, null))
      followers.push({ ...at, taken: [...at.taken, index].sort((a, b) => a - b), state });
  }
  for (const index of open) {
    const operation = answered[index];
    if (!operation) continue;
    const states = model.next(at.state, operation.input, operation.output);
    const moved = states.map((state) => ({ ...at, ...withPlace(at, index), state }));
    // A read that fits and changes nothing can always come first, so no other order needs to be tried.
    const [only] = moved;
    if (only && moved.length === 1 && model.keyOf(only.state) === model.keyOf(at.state)) return [only];
    followers.push(...moved);
  }
  return followers;
}

/** The answered operations that may come next: those called before any operation without a place returned. */
function openAt(
  { low, ahead }: Pick<Position<unknown>, 'low' | 'ahead'>,
  answered: readonly Operation<unknown, unknown>[],
): { open: number[]; until: number } {
  let until = Number.POSITIVE_INFINITY;
  const open: number[] = [];
  for (let index = low; index < answered.length; index++) {
    const { calledAt, returnedAt } = answered[index] as Operation<unknown, unknown>;
    if (calledAt > until) break;
    if (ahead.includes(index)) continue;
    open.push(index);
    until = Math.min(until, returnedAt);
  }
  // What returned first is tried first.
  const byReturn = (a: number, b: number) => (answered[b]?.returnedAt ?? 0) - (answered[a]?.returnedAt ?? 0);
  return { open: open.filter((index) => (answered[index]?.calledAt ?? 0) <= until).sort(byReturn), until };
}

function withPlace({ low, ahead }: Pick<Position<unknown>, 'low' | 'ahead'>, index: number) {
  const placed = [...ahead, index].sort((a, b) => a - b);
  let next = low;
  while (placed[0] === next) {
    placed.shift();
    next += 1;
  }
  return { low: next, ahead: placed };
}
