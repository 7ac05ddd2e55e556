// Modals are a stack for each person (three at most); Home is one view for each person.

import { type Clock, type Dict, type StateValues, textOf, type View } from '../shapes.ts';
import { newId, newSecret } from './ids.ts';
import { nameBlocks } from './naming.ts';
import { APP, TEAM } from './people.ts';
import { SlackRefusal } from './slack-refusal.ts';
import { stateOf } from './view-state.ts';

const MAX_STACKED = 3;

/** Who has which views open, and how to find them. */
function createViewStore(keptHomes: View[]) {
  const stacks = new Map<string, View[]>();
  const homes = new Map<string, View>(keptHomes.map((home) => [home.user, home]));
  const stackOf = (user: string): View[] => stacks.get(user) ?? [];
  const every = (): View[] => [...[...stacks.values()].flat(), ...homes.values()];
  const find = (is: (view: View) => boolean): View | null => every().find(is) ?? null;
  return {
    stacks,
    homes,
    stackOf,
    reading: {
      stackOf,
      top: (user: string): View | null => stackOf(user).at(-1) ?? null,
      find: (id: string): View | null => find((view) => view.id === id),
      named: (externalId: string): View | null => find((view) => view.payload.external_id === externalId),
      home: (user: string): View | null => homes.get(user) ?? null,
      homes: (): View[] => [...homes.values()],
    },
  };
}

export function createViews(o: { clock: Clock; changed: () => number; keptHomes: View[] }) {
  const { stacks, homes, stackOf, reading } = createViewStore(o.keptHomes);
  const newHash = (): string => `${Math.floor(o.clock().getTime() / 1000)}.${newSecret(4)}`;

  function make(user: string, payload: Dict, previous: View | null): View {
    const id = newId('V');
    return {
      id,
      type: payload.type === 'home' ? 'home' : 'modal',
      user,
      hash: newHash(),
      payload,
      blocks: nameBlocks(payload.blocks),
      rootId: previous?.rootId ?? id,
      previousId: previous?.id ?? null,
      changed: o.changed(),
    };
  }

  function refuseTakenName(payload: Dict, except: View | null): void {
    const name = textOf(payload.external_id);
    const holder = name === '' ? null : reading.named(name);
    if (holder !== null && holder !== except) throw new SlackRefusal('duplicate_external_id');
  }

  function open(user: string, payload: Dict): View {
    refuseTakenName(payload, null);
    const view = make(user, payload, null);
    stacks.set(user, [view]);
    return view;
  }

  function push(user: string, payload: Dict): View {
    const stack = stackOf(user);
    if (stack.length === 0) throw new SlackRefusal('not_found');
    if (stack.length >= MAX_STACKED) throw new SlackRefusal('push_limit_reached');
    refuseTakenName(payload, null);
    const view = make(user, payload, stack.at(-1) ?? null);
    stacks.set(user, [...stack, view]);
    return view;
  }

  function update(view: View, payload: Dict, hash: string | null): View {
    if (hash !== null && hash !== '' && hash !== view.hash) throw new SlackRefusal('hash_conflict');
    refuseTakenName(payload, view);
    view.payload = payload;
    view.blocks = nameBlocks(payload.blocks);
    view.hash = newHash();
    view.changed = o.changed();
    return view;
  }

  function publish(user: string, payload: Dict, hash: string | null): View {
    const present = homes.get(user);
    if (present !== undefined) return update(present, payload, hash);
    const view = make(user, payload, null);
    homes.set(user, view);
    return view;
  }

  /** Takes views off the top; all of them when no number is given. */
  function close(user: string, count = MAX_STACKED): void {
    stacks.set(user, stackOf(user).slice(0, -count));
    o.changed();
  }

  function clear(): void {
    stacks.clear();
    homes.clear();
    o.changed();
  }

  return { ...reading, open, push, update, publish, close, clear };
}

/** A view as Slack writes it into answers and payloads. */
export function viewJson(view: View, values?: StateValues): Dict {
  const p = view.payload;
  return {
    id: view.id,
    team_id: TEAM.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: textOf(p.private_metadata),
    callback_id: textOf(p.callback_id),
    state: { values: values ?? stateOf(view.blocks) },
    hash: view.hash,
    title: p.title ?? { type: 'plain_text', text: APP.name, emoji: true },
    close: p.close ?? null,
    submit: p.submit ?? null,
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: APP.id,
    external_id: textOf(p.external_id),
    app_installed_team_id: TEAM.id,
    bot_id: APP.botId,
  };
}
