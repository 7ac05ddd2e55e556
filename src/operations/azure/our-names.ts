// The rows of ours that things of Azure's stand for: how people know them, and the version that a deletion needs.
import { findAccounts } from '../../db/accounts/accounts.ts';
import { findGroups } from '../../db/accounts/groups.ts';
import { findApis } from '../../db/catalog/apis.ts';
import { findProducts } from '../../db/catalog/products.ts';
import type { Db } from '../../db/connection/connect.ts';
import { listSubscriptionsOfIds } from '../../db/subscriptions/subscriptions.ts';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import { fullName } from '../../domain/person-name.ts';
import { titleOf } from '../../mail/templates/catalog.ts';
import type { Act } from '../frame/context.ts';

/** Texts of mails and notifications have no version. */
type OurRow = { id: string; name: string; version?: number };
type FindRows = (db: Db, serviceId: string, ids: string[]) => Promise<OurRow[]>;

const namedTitles: FindRows = async (_db, _serviceId, ids) => ids.map((id) => ({ id, name: titleOf(id) }));

const ROWS: Record<MirroredKind, FindRows> = {
  account: async (db, serviceId, ids) =>
    (await findAccounts(db, serviceId, ids)).map((one) => ({ ...one, name: fullName(one) || one.email })),
  api: findApis,
  group: findGroups,
  product: findProducts,
  subscription: listSubscriptionsOfIds,
  template: namedTitles,
  notification: namedTitles,
};

/** By kind and id, such as `account 0123`. What is deleted for good is not among them. */
export async function namesOf(
  act: Act,
  things: readonly { kind: MirroredKind; ourId: string | null }[],
): Promise<Map<string, OurRow>> {
  const kinds = [...new Set(things.map(({ kind }) => kind))];
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const ids = things.flatMap((one) => (one.kind === kind && one.ourId !== null ? [one.ourId] : []));
      const rows = await ROWS[kind](act.tx, act.service.id, [...new Set(ids)]);
      return rows.map((row): [string, OurRow] => [`${kind} ${row.id}`, row]);
    }),
  );
  return new Map(found.flat());
}
