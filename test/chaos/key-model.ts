// What a gateway may answer about one subscription: a register of its account's block and of its primary key.
import type { Model } from './linearizable.ts';

export type KeyInput =
  | { do: 'block' | 'activate' | 'read' }
  /** `makes` is the new key, where it is known which one that was. */
  | { do: 'regenerate'; makes?: string }
  /** A call with this key. */
  | { do: 'check'; key: string };

/**
 * Of `read` the key; of `check` the gateway's status; of `block` and `activate` whether the account was in that state
 * already.
 */
export type KeyOutput = 'done' | 'already' | 200 | 401 | 403 | { key: string };

/**
 * `key` is null between a regeneration of which the key isn't known and the first answer that shows it. `past` has each former key, and '' for
 * one that no answer showed.
 */
export type KeyState = { isBlocked: boolean; key: string | null; past: readonly string[] };

export const keyModel = (key: string): Model<KeyState, KeyInput, KeyOutput> => ({
  initial: { isBlocked: false, key, past: [] },
  keyOf: ({ isBlocked, key: now, past }) => `${isBlocked} ${now} ${past.length}`,
  next(state, input, output) {
    switch (input.do) {
      case 'block':
      case 'activate':
        return changeBlock(state, input.do === 'block', output);
      case 'regenerate':
        return [{ ...state, key: input.makes ?? null, past: [...state.past, state.key ?? ''] }];
      case 'read':
        return typeof output === 'object' && output ? withKey(state, output.key) : [];
      case 'check':
        return check(state, input.key, output);
    }
  },
});

function changeBlock(state: KeyState, isBlocked: boolean, output: KeyOutput | null): KeyState[] {
  if (output === 'already') return state.isBlocked === isBlocked ? [state] : [];
  return state.isBlocked === isBlocked ? [] : [{ ...state, isBlocked }];
}

/** The state if this is its key, or can be. */
function withKey(state: KeyState, key: string): KeyState[] {
  if (state.key === key) return [state];
  return state.key === null && !state.past.includes(key) ? [{ ...state, key }] : [];
}

function check(state: KeyState, key: string, status: KeyOutput | null): KeyState[] {
  if (status === 401) return state.key === key ? [] : [state];
  if (status === 403 ? !state.isBlocked : state.isBlocked) return [];
  return withKey(state, key);
}
