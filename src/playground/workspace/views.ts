// Modals are a stack for each person (three at most); Home is one view for each person.
import type { Clock, Dict, View } from '../shapes.ts';
import { nameBlocks, newId, newSecret } from './ids.ts';
import { SlackRefusal } from './slack-refusal.ts';

const MAX_STACKED = 3;

export function createViews(o: { clock: Clock; changed: () => number; storedHomes: View[] }) {
  const stacks = new Map<string, View[]>();
  const homes = new Map<string, View>(o.storedHomes.map((home) => [home.user, home]));
  const stackOf = (user: string): View[] => stacks.get(user) ?? [];

  /** The parts of a view that change when the app sends it again. */
  const content = (payload: Dict) => ({
    payload,
    blocks: nameBlocks(payload.blocks),
    hash: `${Math.floor(o.clock().getTime() / 1000)}.${newSecret(4)}`,
    changed: o.changed(),
  });
  const make = (type: View['type'], user: string, payload: Dict): View => ({
    id: newId('V'),
    type,
    user,
    ...content(payload),
  });

  function show(user: string, below: View[], payload: Dict): View {
    const view = make('modal', user, payload);
    stacks.set(user, [...below, view]);
    return view;
  }

  /** Errors: `not_found` when no modal is open, `push_limit_reached`. */
  function push(user: string, payload: Dict): View {
    const stack = stackOf(user);
    if (stack.length === 0) throw new SlackRefusal('not_found');
    if (stack.length >= MAX_STACKED) throw new SlackRefusal('push_limit_reached');
    return show(user, stack, payload);
  }

  /** `hash`: the version that the app read; null or empty to overwrite any. Errors: `hash_conflict`. */
  function update(view: View, payload: Dict, hash: string | null): View {
    if (hash && hash !== view.hash) throw new SlackRefusal('hash_conflict');
    return Object.assign(view, content(payload));
  }

  function publish(user: string, payload: Dict, hash: string | null): View {
    const present = homes.get(user);
    if (present !== undefined) return update(present, payload, hash);
    const view = make('home', user, payload);
    homes.set(user, view);
    return view;
  }

  return {
    open: (user: string, payload: Dict): View => show(user, [], payload),
    push,
    update,
    publish,
    stackOf,
    top: (user: string): View | null => stackOf(user).at(-1) ?? null,
    home: (user: string): View | null => homes.get(user) ?? null,
    homes: (): View[] => [...homes.values()],
    find: (id: string): View | null =>
      [...stacks.values(), [...homes.values()]].flat().find((view) => view.id === id) ?? null,
    /** Closes `count` views from the top; all of them by default. */
    close(user: string, count = MAX_STACKED): void {
      stacks.set(user, stackOf(user).slice(0, -count));
      o.changed();
    },
    clear(): void {
      stacks.clear();
      homes.clear();
      o.changed();
    },
  };
}
