// Writes what each has a request of its own: memberships, the links of a product, recipients of notices.
import type { Mirrored } from '../domain/azure-record.ts';
import type { Connection } from './client.ts';
import { AzureFault } from './fault.ts';
import { orMissing } from './read.ts';

/** Azure always links this group to each product. */
const ADMINISTRATORS = 'administrators';

/** Each function answers with the fields that were kept, because they need a DELETE that the caller forbids. */
type Kept = string[];

type Change = { wanted: readonly string[]; was: readonly string[]; mayDelete: boolean };

/** Azure takes ids and names in any case. Returns whether something was kept. */
async function bring(
  { wanted, was, mayDelete }: Change,
  add: (id: string) => Promise<unknown>,
  drop: (id: string) => Promise<unknown>,
): Promise<boolean> {
  for (const id of without(wanted, was)) await add(id);
  const surplus = without(was, wanted);
  if (!mayDelete) return surplus.length > 0;
  for (const id of surplus) await orMissing(() => drop(id));
  return false;
}

function without(ids: readonly string[], others: readonly string[]): string[] {
  const excluded = new Set(others.map((id) => id.toLowerCase()));
  return ids.filter((id) => !excluded.has(id.toLowerCase()));
}

/** Memberships of built-in groups, and of a directory's, are Azure's own. */
export async function writeMemberships(
  connection: Connection,
  { id, groups: wanted }: Mirrored<'account'>,
  was: readonly string[],
  mayDelete: boolean,
): Promise<Kept> {
  if (without(wanted, was).length + without(was, wanted).length === 0) return [];
  const { client, at } = connection;
  const { own, others } = await readGroups(connection);
  const written = (names: readonly string[]) => names.filter((name) => !others.has(name.toLowerCase()));
  const groupId = (name: string): string => {
    const found = own.get(name.toLowerCase());
    if (found === undefined) throw new AzureFault('missing', { words: `The group ${name} isn't in Azure.` });
    return found;
  };
  const isKept = await bring(
    { wanted: written(wanted), was: written(was), mayDelete },
    (name) => client.groupUser.create(...at, groupId(name), id),
    (name) => client.groupUser.delete(...at, groupId(name), id),
  );
  return isKept ? ['groups'] : [];
}

async function readGroups({ client, at }: Connection) {
  const own = new Map<string, string>();
  const others = new Set<string>();
  for await (const { name = '', displayName = '', builtIn, typePropertiesType } of client.group.listByService(
    ...at,
  )) {
    if (builtIn || (typePropertiesType ?? 'custom') !== 'custom') others.add(displayName.toLowerCase());
    else own.set(displayName.toLowerCase(), name);
  }
  return { own, others };
}

export async function writeLinks(
  connection: Connection,
  wanted: Mirrored<'product'>,
  was: Mirrored<'product'> | null,
  mayDelete: boolean,
): Promise<Kept> {
  const { client, at } = connection;
  const { id } = wanted;
  const areApisKept = await bring(
    { wanted: wanted.apiIds, was: was?.apiIds ?? [], mayDelete },
    (api) => client.productApi.createOrUpdate(...at, id, api),
    (api) => client.productApi.delete(...at, id, api),
  );
  const visible = (ids: readonly string[]) => ids.filter((group) => group.toLowerCase() !== ADMINISTRATORS);
  const areGroupsKept = await bring(
    { wanted: visible(wanted.groupIds), was: visible(was?.groupIds ?? []), mayDelete },
    (group) => client.productGroup.createOrUpdate(...at, id, group),
    (group) => client.productGroup.delete(...at, id, group),
  );
  return [...(areApisKept ? ['apiIds'] : []), ...(areGroupsKept ? ['groupIds'] : [])];
}

export async function writeRecipients(
  { client, at }: Connection,
  { id, users, emails }: Mirrored<'notification'>,
  was: Mirrored<'notification'> | null,
  mayDelete: boolean,
): Promise<Kept> {
  const areUsersKept = await bring(
    { wanted: users, was: was?.users ?? [], mayDelete },
    (user) => client.notificationRecipientUser.createOrUpdate(...at, id, user),
    (user) => client.notificationRecipientUser.delete(...at, id, user),
  );
  const areEmailsKept = await bring(
    { wanted: emails, was: was?.emails ?? [], mayDelete },
    (email) => client.notificationRecipientEmail.createOrUpdate(...at, id, email),
    (email) => client.notificationRecipientEmail.delete(...at, id, email),
  );
  return [...(areUsersKept ? ['users'] : []), ...(areEmailsKept ? ['emails'] : [])];
}
