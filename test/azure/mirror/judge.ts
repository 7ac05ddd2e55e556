// What must hold once nothing is under way: both sides are equal or an operator is told of the difference, and no value
// is one that nobody chose.
import type { AzureInstance } from '../../../src/azure/instance.ts';
import { EXISTS, MIRRORED_KINDS, type MirroredKind } from '../../../src/domain/azure-mirror.ts';
import type { MirroredRecord } from '../../../src/domain/azure-record.ts';
import { NOTIFICATION_NAMES } from '../../../src/domain/notifications.ts';
import { findOurs } from '../../../src/operations/azure/ours.ts';
import {
  comparedFields,
  fingerprintsOf,
  isMirrored,
  onlyDeletes,
} from '../../../src/operations/azure/record-fields.ts';
import type { Act, Context } from '../../../src/operations/frame/context.ts';
import { SYSTEM } from '../../support/context.ts';
import type { World } from './world.ts';

type Sql = World['t']['sql'];
/** By kind and id of our row. */
export type Side = Map<string, MirroredRecord>;
type Thing = {
  kind: MirroredKind;
  id: string;
  ourId: string | null;
  left: Record<string, { ours: string; theirs: string }>;
};

/** All that a product has, in the form of the mirror. */
async function readRows(sql: Sql, context: Context): Promise<Side> {
  const rows = await sql<{ kind: MirroredKind; id: string }[]>`
    select 'group' as kind, id from groups where type = 'custom' and service_id = ${context.service.id}
    union all select 'api', id from apis where service_id = ${context.service.id}
    union all select 'product', id from products where service_id = ${context.service.id}
    union all select 'account', id from accounts
      where state <> 'deleted' and resource_id is distinct from '1' and service_id = ${context.service.id}
    union all select 'subscription', id from subscriptions where service_id = ${context.service.id}
    union all select 'notification', unnest(string_to_array(${NOTIFICATION_NAMES.join()}, ','))
    union all select 'template', template from mail_texts where subject is not null`;
  const act = { ...context, tx: context.db, now: context.clock() } as unknown as Act;
  const side: Side = new Map();
  for (const kind of MIRRORED_KINDS) {
    const ids = rows.filter((row) => row.kind === kind).map(({ id }) => id);
    for (const [id, record] of await findOurs(act, kind, ids, false))
      if (isMirrored(record)) side.set(`${kind} ${id}`, record);
  }
  return side;
}

export const readOurs = ({ t }: World): Promise<Side> => readRows(t.sql, t.as(SYSTEM));
/** Past Resource Manager, so without its lag and faults. */
export const readBehind = ({ pair }: World): Promise<Side> =>
  readRows(pair.azure.sql, pair.inAzure.as({ kind: 'system', name: 'judge' }));

async function readAzure(azure: Sides['azure']): Promise<Map<string, MirroredRecord>> {
  const found = new Map<string, MirroredRecord>();
  for (const kind of MIRRORED_KINDS) {
    let cursor: string | null = null;
    do {
      const page: { records: MirroredRecord[]; cursor: string | null } = await azure.page(kind, cursor);
      for (const record of page.records)
        if (isMirrored(record)) found.set(`${kind} ${record.id.toLowerCase()}`, record);
      cursor = page.cursor;
    } while (cursor !== null);
  }
  return found;
}

/** Everything that changes while something is still to be done. */
export async function stateOf(world: World): Promise<string> {
  const { sql } = world.t;
  const drifts = await sql`select kind, thing_id, field, ours, theirs from azure_drifts
    where state = 'open' order by 1, 2, 3`;
  const orders =
    await sql`select distinct kind, our_id, state, code from azure_orders where state <> 'done' order by 1, 2, 3, 4`;
  const things =
    await sql`select kind, id, our_id, memory -> 'agreed' as agreed, seen from azure_things order by 1, 2`;
  const sides = [await readOurs(world), await readBehind(world)].map((side) => [...side].sort());
  return JSON.stringify([drifts, orders, things, sides]);
}

/** One thing on both sides. `ourKey`: kind and id of our row. */
type Pair = {
  ourKey: string;
  thing: Thing | undefined;
  here: MirroredRecord | undefined;
  there: MirroredRecord | undefined;
};

/** Our database, what operations on it take, and the instance that it is bound to. */
type Sides = { sql: Sql; context: Context; azure: Pick<AzureInstance, 'page'> };

/** The differences that no operator is told of, in words. */
export async function untoldDifferences({ sql, context, azure }: Sides): Promise<string[]> {
  const ours = await readRows(sql, context);
  const theirs = withGroupsHere(ours, await readAzure(azure));
  const [instance] = await sql`select mode from azure_instances`;
  const drifts = await sql`select kind, thing_id, field from azure_drifts where state = 'open'`;
  const told = new Set(drifts.map(({ kind, thing_id, field }) => `${kind} ${thing_id} ${field}`));
  const orders = await sql`
    select distinct on (kind, our_id) kind, our_id, state, code from azure_orders order by kind, our_id, number desc`;
  const lastOrders = new Map(
    orders.map(({ kind, our_id, state, code }) => [`${kind} ${our_id}`, `${state} ${code}`]),
  );
  return (await pairsOf(sql, ours, theirs)).flatMap((pair) => {
    const order = lastOrders.get(pair.ourKey) ?? 'none';
    // The card of the thing says so, with Azure's words.
    if (order.startsWith('refused')) return [];
    return differingFields(pair).flatMap((field) => {
      const isTold = pair.thing && told.has(`${pair.thing.kind} ${pair.thing.id} ${field}`);
      if (isTold || isLeft(pair, field) || isOursAlone(pair, theirs, instance?.mode)) return [];
      if (instance?.mode === 'add' && onlyDeletes(field, pair.here ?? null, pair.there ?? null)) return [];
      return [`${wordsOf(pair, field)}; the last order: ${order}`];
    });
  });
}

/** Members of a group that isn't here make no difference: the group itself does. */
function withGroupsHere(ours: Side, theirs: Side): Side {
  const names = [...ours.values()].flatMap((one) => (one.kind === 'group' ? one.name.toLowerCase() : []));
  return new Map(
    [...theirs].map(([key, record]): [string, MirroredRecord] => {
      if (record.kind !== 'account') return [key, record];
      const groups = record.groups.filter((name) => names.includes(name.toLowerCase()));
      return [key, { ...record, groups }];
    }),
  );
}

/** Things that several orders which ended without effect stand for: they would be counted and shown as several. */
export async function repeatedOrders({ t }: World): Promise<string[]> {
  const rows = await t.sql`select kind, our_id, state, code from azure_orders
    where state in ('refused', 'kept') group by 1, 2, 3, 4 having count(*) > 1`;
  return rows.map((row) => Object.values(row).join(' '));
}

async function pairsOf(sql: Sql, ours: Side, theirs: Side): Promise<Pair[]> {
  const things = await sql<Thing[]>`
    select kind, id, our_id as "ourId", memory -> 'left' as left from azure_things`;
  const byId = new Map(things.map((thing) => [`${thing.kind} ${thing.id}`, thing]));
  const byOurs = new Map(things.map((thing) => [`${thing.kind} ${thing.ourId}`, thing]));
  const pairs = [...theirs].map(([key, there]): Pair => {
    const thing = byId.get(key);
    const ourKey = `${there.kind} ${thing?.ourId}`;
    return { ourKey, thing, here: ours.get(ourKey), there };
  });
  const paired = new Set(pairs.map(({ ourKey }) => ourKey));
  const alone = [...ours].filter(([key]) => !paired.has(key));
  return [
    ...pairs,
    ...alone.map(([ourKey, here]): Pair => ({ ourKey, thing: byOurs.get(ourKey), here, there: undefined })),
  ];
}

function differingFields({ here, there }: Pair): string[] {
  if (!here || !there) return [EXISTS];
  const [ours, theirs] = [fingerprintsOf(here), fingerprintsOf(there)];
  return Object.keys(ours).filter((field) => ours[field] !== theirs[field]);
}

function isLeft({ thing, here, there }: Pair, field: string): boolean {
  const left = thing?.left[field];
  const printOf = (record: MirroredRecord | undefined) =>
    field === EXISTS ? (record ? 'yes' : 'no') : record && fingerprintsOf(record)[field];
  return left !== undefined && left.ours === printOf(here) && left.theirs === printOf(there);
}

/** What Azure doesn't get, and why needs no telling: it is only here, and Azure has no use for it yet. */
function isOursAlone({ here, there }: Pair, theirs: Side, mode: string): boolean {
  if (!here || there) return false;
  if (mode === 'watch') return true;
  if (here.kind === 'api') return true;
  if (here.kind === 'account') return here.state === 'pending';
  if (here.kind !== 'subscription') return false;
  const owner = here.owner?.split('/').at(-1)?.toLowerCase();
  const hasEnded = !['submitted', 'active', 'suspended'].includes(here.state);
  return hasEnded || (owner !== undefined && !theirs.has(`account ${owner}`));
}

function wordsOf({ ourKey, thing, here, there }: Pair, field: string): string {
  const valueIn = (record: MirroredRecord | undefined) =>
    record ? JSON.stringify(comparedFields(record)[field] ?? 'there') : 'not there';
  return `${ourKey} (${thing?.id ?? 'no thing'}) ${field}: here ${valueIn(here)}, in Azure ${valueIn(there)}`;
}

/** The values that people chose, by thing and field. A side as it was before a person's change, and after it, tell them. */
export function createChoices() {
  const values = new Map<string, Set<string>>();
  /** Names that a group had, so that a membership is known by any of them. */
  const names = new Map<string, Set<string>>();
  const made = new Set<string>();
  const removed = new Set<string>();

  const partsOf = (record: MirroredRecord): [field: string, value: string][] =>
    Object.entries(comparedFields(record)).flatMap(([field, value]) =>
      (Array.isArray(value) ? value : [value]).map((one): [string, string] => [field, JSON.stringify(one)]),
    );
  const keyed = (side: Side) => new Map([...side.values()].map((record) => [keyOf(record), record]));
  const alikeNames = (name: string): string[] =>
    [...names.values()].filter((known) => known.has(name)).flatMap((known) => [...known]);

  return {
    note(sideBefore: Side, sideAfter: Side): void {
      const [before, after] = [keyed(sideBefore), keyed(sideAfter)];
      for (const key of before.keys()) if (!after.has(key)) removed.add(key);
      for (const [key, record] of after) {
        if (!before.has(key)) made.add(key);
        if (record.kind === 'group') addTo(names, key, JSON.stringify(record.name.trim().toLowerCase()));
        const former = before.get(key);
        const known = new Set((former ? partsOf(former) : []).map((part) => part.join(' ')));
        for (const [field, value] of partsOf(record))
          if (!known.has(`${field} ${value}`)) addTo(values, `${key} ${field}`, value);
      }
    },
    /** Values that nobody chose. `alike`: other ids of the same thing, such as the one that the other side gave it. */
    unchosen(side: Side, alike: (key: string) => string[]): string[] {
      const found: string[] = [];
      for (const record of side.values()) {
        const keys = [keyOf(record), ...alike(keyOf(record))];
        for (const [field, value] of partsOf(record)) {
          // By ids, which differ between the sides until both have the thing.
          if (field === 'owner' || field === 'scope') continue;
          const forms = field === 'groups' ? [value, ...alikeNames(value)] : [value];
          const isChosen = keys.some((key) => forms.some((one) => values.get(`${key} ${field}`)?.has(one)));
          if (!isChosen) found.push(`${keyOf(record)} ${field}: ${value}`);
        }
      }
      return found;
    },
    /** Things that people made and nobody removed, which neither side has. */
    lost(sides: readonly Side[], alike: (key: string) => string[]): string[] {
      const present = new Set(sides.flatMap((side) => [...side.values()].map(keyOf)));
      const has = (set: ReadonlySet<string>, key: string) => [key, ...alike(key)].some((one) => set.has(one));
      return [...made].filter((key) => !has(removed, key) && !has(present, key));
    },
  };
}

const keyOf = ({ kind, id }: MirroredRecord) => `${kind} ${id.toLowerCase()}`;

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}

export type Choices = ReturnType<typeof createChoices>;
